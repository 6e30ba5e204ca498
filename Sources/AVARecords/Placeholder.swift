// Replaced as the room is built.
