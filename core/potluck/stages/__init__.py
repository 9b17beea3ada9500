"""One stage a file: a function from artifacts to artifacts plus a ledger entry."""
