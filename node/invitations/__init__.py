"""Invitations: what somebody is asked, and may say yes to."""
