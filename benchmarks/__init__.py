"""What itemwise costs, measured beside plain aiobotocore in the same run: `make bench`."""
