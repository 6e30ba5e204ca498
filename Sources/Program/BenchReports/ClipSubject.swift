internal import Wording

/// What a measurement of a clip was made of and on: what tells whether two of them can be compared.
public struct ClipSubject: Sendable, Equatable {
  /// The version of the program.
  public var program: String
  /// The network in words, see ``network(architecture:frames:convolutions:channels:classes:)``.
  public var network: String
  /// The kind of processor; nil where the system does not say.
  public var processor: String?

  public init(program: String, network: String, processor: String?) {
    self.program = program
    self.network = network
    self.processor = processor
  }

  /// Names a network by what decides its arithmetic: the same words for the same work, whatever the precision and the weights.
  ///
  /// - Parameters:
  ///   - architecture: MODEL.ARCH.
  ///   - frames: Of a clip at the fast rate.
  ///   - channels: Those of each map that the head scores.
  public static func network(
    architecture: String, frames: Int, convolutions: Int, channels: [Int], classes: Int
  ) -> String {
    let maps = channels.map { "\($0)" }.joined(separator: " + ")
    return "\(architecture), \(counted(frames, "frame")), \(counted(convolutions, "convolution")), "
      + "\(maps) channels, \(counted(classes, "class", plural: "classes"))"
  }

  /// The kind of processor in Linux's /proc/cpuinfo; nil where the text names none.
  ///
  /// Virtual machines call different processors alike, so that family, model and stepping are part of it.
  public static func processor(cpuinfo text: String) -> String? {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { part in
        part.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
      }
      // The first processor's; the others of a machine are like it.
      if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
    }
    let details = [
      ("cpu family", "family"), ("model", "model"), ("stepping", "stepping"), ("CPU implementer", "implementer"),
      ("CPU variant", "variant"), ("CPU part", "part"), ("CPU revision", "revision"),
    ]
    let found = [fields["model name"]] + details.map { key, word in fields[key].map { "\(word) \($0)" } }
    let words = found.compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }
}
