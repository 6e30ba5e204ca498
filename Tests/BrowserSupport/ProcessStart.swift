public import Foundation

/// Held while pipes are made and a child is started: between a pipe's making and its marking no other child may start.
public let processStart = NSLock()
