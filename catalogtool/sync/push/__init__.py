"""What people edited, sent to YouTube: read, compared, written back without blanking anything."""
