"""One construct per pattern; each owns its resource, the IAM for it, its log group and its alarms."""
