"""What documents of an office share, be they PDF or Word: properties, titles, a dateline."""
