"""What knows botocore and aiobotocore from the inside: all else takes a client as it is."""
