"""What an operator does with generations: look at them, promote one, go back, drop one."""
