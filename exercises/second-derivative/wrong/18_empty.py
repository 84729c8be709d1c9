# expect: first_derivative=missing-name, second_derivative=missing-name, count_nodes=missing-name, report=report-missing, explanation=explanation-missing
# score: 0
