internal import Files
internal import Glibc
public import Inference
public import JSON

/// What a run directory says of a part of its run beside the scores: who computes it with what, and how far it is.
public struct RunStatus: Equatable, Sendable {
  public enum State: String, Sendable {
    case running, interrupted, failed, complete
  }

  /// A key frame that has no scores, because frames of its clip are damaged.
  public struct Damage: Equatable, Sendable {
    public let video: String
    /// In microseconds, as journals have it.
    public let time: Int64
    public let cause: String

    public init(video: String, time: Int64, cause: String) {
      self.video = video
      self.time = time
      self.cause = cause
    }
  }

  /// The program's version.
  public var version: String
  /// "test", "detect" or "classify".
  public var command: String
  /// The command line after the program's name.
  public var arguments: [String]
  /// The config's file, as the call named it.
  public var config: String
  /// The weights' file; nil for random ones.
  public var weights: String?
  /// The label map's file; nil for none.
  public var labelMap: String?
  public var state = State.running
  public var done = 0
  public var total = 0
  /// What is counted; nil where the file does not say: earlier versions did not.
  public var unit: RunUnit?
  /// Times of the clock, "2026-05-01T12:00:00Z".
  public var begun = clockTime()
  public var updated = clockTime()
  public var host = hostName()
  public var process = Int(getpid())
  public var damaged: [Damage] = []
  /// Where it was computed.
  public var mAP: Double?
  /// How the scores of several models become one; nil for a run of one model.
  public var fusion: ModelFusion?
  /// How the call says who is who, in words that tell it from others; nil where it says nothing of it.
  public var linking: String?
  /// What the files of labels hold from which the results are made, by the keys that name them; nil where that is not known.
  public var labels: [String: String]?
  /// What keyframes.csv holds; nil where there is none, or nobody said.
  public var keyFrames: String?

  public init(
    version: String, command: String, arguments: [String], config: String, weights: String?, labelMap: String?
  ) {
    self.version = version
    self.command = command
    self.arguments = arguments
    self.config = config
    self.weights = weights
    self.labelMap = labelMap
  }

  /// Writes it as one JSON object, complete or not at all.
  func write(to path: String) throws {
    var json = JSONWriter()
    json.beginObject(lines: true)
    for (name, value) in members { json.member(name, value) }
    json.end()
    try writeFile(path, json.text + "\n")
  }

  /// The names and values of its JSON.
  public var members: [(String, JSONValue)] {
    func text(_ words: String?) -> JSONValue { words.map { JSONValue($0) } ?? .null }
    let models: [(String, JSONValue)] =
      fusion.map {
        [
          ("model_fusion", JSONValue($0.way.rawValue)),
          ("model_weights", .array($0.weights.map { JSONValue($0) })),
        ]
      } ?? []
    let labelFiles = labels.map { labels in
      [("label_files", JSONValue.object(labels.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) }))]
    }
    let last: [(String, String?)] = [("linking", linking), ("key_frames", keyFrames)]
    return [
      ("state", JSONValue(state.rawValue)), ("done", JSONValue(done)), ("total", JSONValue(total)),
      ("unit", text(unit?.rawValue)), ("mAP", JSONValue(mAP)),
      ("begun", JSONValue(begun)), ("updated", JSONValue(updated)), ("host", JSONValue(host)),
      ("process", JSONValue(process)), ("version", JSONValue(version)), ("command", JSONValue(command)),
      ("arguments", .array(arguments.map { JSONValue($0) })), ("config", JSONValue(config)), ("weights", text(weights)),
      ("label_map", text(labelMap)),
      (
        "damaged",
        .array(
          damaged.map {
            ["video": JSONValue($0.video), "microseconds": JSONValue($0.time), "cause": JSONValue($0.cause)]
          })
      ),
    ] + models + last.compactMap { name, words in words.map { (name, JSONValue($0)) } } + (labelFiles ?? [])
  }

  /// Reads what `write` writes; nil for anything else.
  init?(_ path: String) {
    guard let bytes = try? readFile(path, doing: "reading a run's status", limit: 1 << 28),
      let json = try? JSONReader.read(bytes)
    else { return nil }
    func text(_ name: String) -> String? { if case .string(let words)? = json[name] { words } else { nil } }
    func number(_ name: String) -> JSONNumber? { if case .number(let value)? = json[name] { value } else { nil } }
    guard let version = text("version"), let command = text("command"), let config = text("config"),
      let state = text("state").flatMap({ State(rawValue: $0) }), let done = number("done")?.int,
      let total = number("total")?.int
    else { return nil }
    self.init(
      version: version, command: command,
      arguments: (json["arguments"]?.values ?? []).compactMap {
        if case .string(let words) = $0 { words } else { nil }
      },
      config: config, weights: text("weights"), labelMap: text("label_map"))
    (self.state, self.done, self.total, mAP) = (state, done, total, number("mAP")?.double)
    unit = text("unit").flatMap { RunUnit(rawValue: $0) }
    linking = text("linking")
    keyFrames = text("key_frames")
    if case .object(let members)? = json["label_files"] {
      labels = Dictionary(
        members.compactMap { if case .string(let words) = $0.value { ($0.name, words) } else { nil } },
        uniquingKeysWith: { first, _ in first })
    }
    begun = text("begun") ?? ""
    updated = text("updated") ?? ""
    host = text("host") ?? ""
    process = number("process")?.int ?? 0
    let weights = (json["model_weights"]?.values ?? []).compactMap { value in
      if case .number(let weight) = value { weight.double } else { nil }
    }
    if let way = text("model_fusion").flatMap({ ViewFusion(rawValue: $0) }), !weights.isEmpty,
      weights.allSatisfy({ $0 > 0 })
    {
      fusion = ModelFusion(way, weights: weights)
    }
    damaged = (json["damaged"]?.values ?? []).compactMap { entry in
      guard case .string(let video)? = entry["video"], case .number(let time)? = entry["microseconds"],
        let microseconds = time.int, case .string(let cause)? = entry["cause"]
      else { return nil }
      return Damage(video: video, time: Int64(microseconds), cause: cause)
    }
  }
}

/// The time of the clock in UTC, "2026-05-01T12:00:00Z".
public func clockTime() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}

/// What this machine is called.
func hostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  gethostname(&name, name.count - 1)
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
