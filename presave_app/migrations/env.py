"""How Alembic reaches the app's database: one connection, one transaction, short waits for locks."""

from alembic import context
from flask import current_app
from sqlalchemy import text

target = current_app.extensions["migrate"].db


def run_migrations() -> None:
    with target.engine.connect() as connection:
        # A migration must not queue behind a long query and make every page wait behind itself.
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()
        context.configure(connection=connection, target_metadata=target.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
