"""Values: money, people, documents, accounts and the invoice itself. Imports nothing of ours."""
