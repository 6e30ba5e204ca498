public import Configuration
public import VideoModels

extension PeerNetwork {
  /// Makes of a configuration's network the library's own.
  ///
  /// Keys that the call gives as KEY VALUE stay as given; the values of a file give way.
  ///
  /// - Returns: What is otherwise than the configuration says, for the notices.
  /// - Throws: `PeerError` for a configuration that the network cannot be made of.
  public func adapt(_ architecture: inout Architecture, _ config: Configuration) throws(PeerError) -> [String] {
    if scoresBoxes == true, !config[.detectionEnable] { throw .detector(library) }
    let semantics = mapping?.semantics(semantics, under: config) ?? semantics
    var adaptation = PeerAdaptation(library, config)
    // Of another family's network, which no tensor will fit, nothing is made.
    if try semantics.backbone?.adapt(in: &architecture, &adaptation) == false { return [] }
    var strangers = semantics.backbone?.strangers ?? []
    if scoresBoxes == architecture.head.scoresBoxes {
      try adaptHead(in: &architecture, to: semantics, &adaptation)
      strangers += semantics.strangersOfHead
    }
    let others = strangers.isEmpty ? [] : ["as \(library)'s networks have it: \(strangers.joined(separator: "; "))"]
    return adaptation.notices + others + assumptions.map { "\(library): \($0)" }
  }

  private func adaptHead(
    in architecture: inout Architecture, to semantics: PeerSemantics, _ adaptation: inout PeerAdaptation
  ) throws(PeerError) {
    let words = semantics.wordsOfHead
    if words.isEmpty { return }
    guard var head = architecture.head as? any PeerHead else {
      throw .impossible(
        problem: "\(library)'s network scores by \(words.joined(separator: ", ")), and the head of "
          + "\(adaptation.config.cite(.modelModelName)) knows no such thing",
        remedy: "give weights of PySlowFast's own network")
    }
    try head.adapt(to: semantics, &adaptation)
    architecture.head = head
  }
}

/// Whose value of a key is taken: the call's, else the library's.
public struct PeerAdaptation {
  public let library: String
  public let config: Configuration
  /// What is otherwise than the configuration says.
  public var notices: [String] = []

  init(_ library: String, _ config: Configuration) {
    self.library = library
    self.config = config
  }

  /// Chooses a key's value, and says so where they differ.
  ///
  /// - Parameters:
  ///   - now: The configuration's.
  ///   - own: The library's.
  public mutating func value<Value: Equatable>(
    _ key: String, _ now: Value, _ own: Value, _ text: (Value) -> String
  ) -> Value {
    if now == own { return now }
    let isGiven = config.source(of: key) == .override
    let notice =
      isGiven
      ? "\(key) \(text(now)) is taken as it is given; \(library)'s networks have \(text(own))"
      : "\(key) is \(text(own)) in \(library)'s networks: taken instead of \(text(now)) (\(config.source(of: key)))"
    if !notices.contains(notice) { notices.append(notice) }
    return isGiven ? now : own
  }
}

/// Why a library's network cannot be made of a configuration.
public enum PeerError: Error, Equatable, CustomStringConvertible {
  case detector(String)
  case impossible(problem: String, remedy: String)

  public var description: String {
    switch self {
    case .detector(let library):
      "weights: they are \(library)'s network that scores boxes, and this config scores whole clips (DETECTION.ENABLE is "
        + "False) -> take one of configs/AVA (slowfast inspect names the one that suits)"
    case .impossible(let problem, let remedy): "weights: \(problem) -> \(remedy)"
    }
  }
}
