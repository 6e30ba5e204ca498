// The functions are SlowFastLibrary's, in Swift.
