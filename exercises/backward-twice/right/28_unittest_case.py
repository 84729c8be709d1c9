# grad through a hook and unittest
import unittest, torch
class TestTwice(unittest.TestCase):
    def setUp(self):
        self.x = torch.arange(1., 4., requires_grad=True)
        self.y = (self.x ** 2).sum()
    def test_refused(self):
        self.y.backward()
        with self.assertRaises(RuntimeError):
            self.y.backward()
    def test_accumulates(self):
        self.y.backward(retain_graph=True)
        self.y.backward()
        self.assertTrue(torch.equal(self.x.grad, 4 * self.x))
    def test_zeroed(self):
        self.y.backward(retain_graph=True)
        self.x.grad.zero_()
        self.y.backward()
        self.assertTrue(torch.equal(self.x.grad, 2 * self.x))
explanation = "freed saved tensors, retain_graph=True on call one, x.grad accumulates"
if __name__ == '__main__':
    unittest.main()
