"""One stage per file: a function from artifacts to artifacts plus a ledger entry."""
