"""torch's compiler is not imported for those who only ask in passing, and is there for those who want it."""

import subprocess
import sys

WARM = "import sys, torch; from grader.sandbox import warming; warming.warm_up(); "


def run(program):
    result = subprocess.run([sys.executable, "-c", WARM + program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


def test_warming_up_leaves_the_compiler_out():
    assert run("print('torch._dynamo.eval_frame' in sys.modules)").strip() == "False"


def test_seeding_differentiating_and_stepping_do_not_fetch_it():
    program = """
torch.manual_seed(3)
x = torch.ones(3, requires_grad=True)
torch.optim.Adam([x]).zero_grad()
x.sum().backward(torch.tensor(1.0))
optimizer = torch.optim.Adam([x]); optimizer.step()
from torch.utils.checkpoint import checkpoint
checkpoint(lambda t: (t ** 3).sum(), x, use_reentrant=False).backward()
checkpoint(lambda t: (t ** 3).sum(), x, use_reentrant=True).backward()
torch.func.hessian(lambda t: (t ** 3).sum())(torch.ones(2))
print('torch._dynamo.eval_frame' in sys.modules)
"""
    assert run("\n" + program).strip() == "False"


def test_who_compiles_gets_the_real_one():
    program = """
import torch._dynamo.config
compiled = torch.compile(lambda x: torch.sin(x) * 2, backend="eager")
x = torch.tensor([1.0], requires_grad=True)
compiled(x).sum().backward()
print(torch.allclose(x.grad, 2 * torch.cos(x.detach())), 'torch._dynamo.eval_frame' in sys.modules)
"""
    assert run("\n" + program).strip() == "True True"


def test_settings_of_the_compiler_are_those_of_the_real_one():
    program = """
torch._dynamo.config.suppress_errors = True
import torch._dynamo
print(torch._dynamo.config.suppress_errors, 'torch._dynamo.eval_frame' in sys.modules)
"""
    assert run("\n" + program).strip() == "True True"
