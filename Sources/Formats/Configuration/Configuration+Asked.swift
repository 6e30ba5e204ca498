internal import Synchronization

/// The keys that a computation asks for.
final class KeyLog: Sendable {
  private let names = Mutex<Set<String>>([])

  func note(_ key: String) { names.withLock { _ = $0.insert(key) } }

  var keys: Set<String> { names.withLock { $0 } }
}

extension Configuration {
  /// Does something with this configuration and tells which keys it asks for: by their values, or by where these come from.
  ///
  /// Another configuration with the same values of these keys gives the same, whatever else it says.
  public func keysAsked(by body: (Configuration) throws -> Void) rethrows -> Set<String> {
    var noted = self
    let log = KeyLog()
    noted.log = log
    try body(noted)
    return log.keys
  }
}
