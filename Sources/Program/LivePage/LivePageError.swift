internal import Glibc

/// Why a page cannot be served: what was asked for, what is in the way, and what to do.
public enum LivePageError: Error, Equatable, CustomStringConvertible {
  /// A text is no address.
  case address(String, expected: String, found: String)
  /// Others could open the page, and nobody said that they may.
  case others(address: String, port: Int)
  /// The system does not let the page listen there, for this `errno`.
  case system(address: String, code: Int32)
  /// It did not begin to listen, for another reason.
  case start(address: String, reason: String)

  public var description: String {
    switch self {
    case .address(let text, let expected, let found):
      return "serving the page at '\(text)': expected \(expected), found \(found) "
        + "-> write 127.0.0.1:8080, [::1]:8080, localhost:8080 or 8080"
    case .others(let address, let port):
      return "serving the page at \(address): other machines could see it "
        + "-> give 127.0.0.1:\(port), which only this machine can open, or add --serve-anywhere"
    case .system(let address, let code):
      let reason = unsafe String(cString: strerror(code))
      return "serving the page at \(address): \(reason) -> \(LivePageError.advice(code))"
    case .start(let address, let reason):
      return "serving the page at \(address): \(reason) -> give another address or port"
    }
  }

  private static func advice(_ code: Int32) -> String {
    switch code {
    case EADDRINUSE: "give another port, or port 0 for one that is free"
    case EACCES, EPERM: "give a port from 1024 on"
    case EADDRNOTAVAIL: "give an address of this machine"
    default: "give another address or port"
    }
  }
}
