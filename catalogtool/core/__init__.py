"""What every package stands on: settings, errors, database, events, logs and storage."""
