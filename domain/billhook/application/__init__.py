"""The application: one door for commands, and the handlers that deliver and sweep.

`commands` say what is asked, `case` is what a decision sees, `desk` runs batches of them in one
transaction each, `handlers` do what falls due, `answers` is how a decided answer is remembered.
"""
