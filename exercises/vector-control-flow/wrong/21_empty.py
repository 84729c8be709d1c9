# expect: scalar_rule_is_met=no-error-provoked, gradient_of_vector_and_matrix=no-gradient, explanation=explanation-missing
# score: 0
