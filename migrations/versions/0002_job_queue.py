"""The job queue's own tables, functions and triggers, as its library ships them."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"

# The library names everything that it makes alike, and drops nothing itself.
DROP_ALL = """
DO $$
DECLARE
    item record;
BEGIN
    FOR item IN SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND relname LIKE 'procrastinate\\_%'
          AND relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP TABLE %s CASCADE', item.name);
    END LOOP;
    FOR item IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', item.name);
    END LOOP;
    FOR item IN SELECT oid::regtype AS name FROM pg_type
        WHERE typname LIKE 'procrastinate\\_%' AND typnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP TYPE %s CASCADE', item.name);
    END LOOP;
END
$$
"""


def upgrade() -> None:
    # Through the driver itself: the script holds percent signs and many statements.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute(DROP_ALL)
