"""Service levels: by when somebody is to be answered, and a ticket done. A deadline follows from what happened and from
the policy, and from nothing else: it is counted anew whenever it is asked for.
"""
