"""DynamoDB's items in this process: what is asked of them is read, checked and done as the service does it.

Tables themselves (their making, streams, time to live) are moto's; what is in them is kept here.

    requests -> expressions, updates -> tables -> values
"""
