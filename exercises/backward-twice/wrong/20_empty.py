# expect: second_backward_raises=never-run-twice, error_is_reported_not_hard_coded=never-run-twice, same_graph_backward_twice_accumulates=never-run-twice, zeroed_between=never-run-twice, explanation=explanation-missing
# score: 0

