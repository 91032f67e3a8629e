"""What several tests share: a small world with known classes, and acts in processes of their own."""
