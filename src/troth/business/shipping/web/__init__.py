"""The pages of shipping, from what is due to what has left."""
