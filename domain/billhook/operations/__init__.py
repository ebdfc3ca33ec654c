"""The verbs: pure functions that decide a change or refuse it.

One file a verb, each with its checks in the order in which refusals win.
"""
