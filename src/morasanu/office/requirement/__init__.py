"""What the law and the house ask for: controls, their evidence, and whether they hold."""
