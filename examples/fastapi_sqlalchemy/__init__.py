"""A shop's own tables under the rules of billhook: FastAPI, SQLAlchemy, and the core alone."""
