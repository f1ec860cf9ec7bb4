"""What everything that is sent to receivers outside has in common: when to try again, how a failure is told."""
