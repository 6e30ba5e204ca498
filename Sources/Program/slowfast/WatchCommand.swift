internal import AVARecords
internal import ArgumentParser
internal import Configuration
internal import Datasets
internal import Detect
internal import Files
internal import Geometry
internal import Glibc
internal import Inference
internal import JSON
internal import Tracks
internal import Video
internal import Wording

/// Detection in a stream while it runs.
struct WatchCommand: ParsableCommand {
  enum Pace: String, ExpressibleByArgument, CaseIterable {
    case live, all
  }

  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Finds actions in a live stream, a camera or a pipe, as they happen.",
    usage:
      "slowfast watch INPUT --cfg FILE --weights FILE (--detector FILE | --proposals FILE | --boxes - | --whole-frame) [KEY VALUE ...]",
    discussion: """
      INPUT is a URL that libav opens (rtsp://, http://, udp://), a device (/dev/video0, or FORMAT:NAME of libavdevice, such \
      as lavfi:testsrc2), a file, or - for a video that is piped in. Every second of the stream is a key frame; each comes \
      out on stdout as soon as it is scored, one JSON object a line: time (seconds after the first frame), latency (seconds \
      from the key frame's arrival to this line), people with id, box, score and actions. Lines with "event" say what \
      happens beside: opened, dropped, reconnecting, noted, ended. A clip reaches a second past its key frame, so results \
      are at least that late. The boxes of people come from a detector that sees each key frame (docs/people.md), from a file, or line by line from \
      another program (docs/watch.md). \
      Ctrl-C or SIGTERM ends in good order, with exit status 0.
      """)

  @Option(
    help: ArgumentHelp("The people's boxes: a file, or a folder of them.", valueName: "file"), completion: .file())
  var proposals: String?

  @OptionGroup var boxFiles: ProposalFileOptions

  @Option(
    help: ArgumentHelp(
      "Where boxes come from line by line as {\"time\": 12.0, \"boxes\": [[x1, y1, x2, y2], ...]}: - for stdin.",
      valueName: "-"))
  var boxes: String?

  @OptionGroup var detectorFile: DetectorFileOptions

  @Flag(help: "One person, who fills the picture: for a camera that sees one at most.")
  var wholeFrame = false

  @Option(
    help: ArgumentHelp(
      "What --proposals calls the stream (default: the file's or the URL's last name).", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("From key frame to key frame.", valueName: "seconds"))
  var every = 1.0

  @Option(
    help: """
      live: read by the stream's clock, and drop the oldest key frames when the network is behind (the default for URLs \
      and devices); all: score every key frame, however long it takes (files and pipes).
      """)
  var pace: Pace?

  @Option(help: ArgumentHelp("Without data for so long, a stream counts as interrupted.", valueName: "seconds"))
  var stall = 10.0

  @Option(
    help: ArgumentHelp(
      "How often in a row to connect again, after 1, 2, 4 ... 30 s (default: for ever; 0: never).", valueName: "count"))
  var retries: Int?

  @Option(
    help: ArgumentHelp(
      "The classes that are told, with their names (default: AVA.LABEL_MAP_FILE if it is there, else all).",
      valueName: "file"), completion: .file())
  var labelmap: String?

  @Option(help: ArgumentHelp("Tell no actions with a lower score.", valueName: "score"))
  var threshold = 0.3

  @Option(help: ArgumentHelp("Tell at most this many actions a person.", valueName: "count"))
  var topK = 10

  @OptionGroup var page: PageOptions

  @OptionGroup var options: ModelOptions

  private var words: FreeWords { FreeWords(options.arguments, takesNames: true) }

  func validate() throws {
    try words.check()
    try words.check("--labelmap", labelmap, isShortFor: Key.avaLabelMapFile.name)
    if words.names.count != 1 {
      throw ValidationError(
        words.names.isEmpty
          ? "no stream was given -> slowfast watch rtsp://... (or /dev/video0, a file, - for a pipe)"
          : "one stream at a time, found \(words.names.count): \(listed(words.names)) -> start a program for each")
    }
    let sources = [detectorFile.detector != nil, proposals != nil, boxes != nil, wholeFrame].count { $0 }
    if sources != 1 {
      throw ValidationError(
        "\(sources == 0 ? "nobody's boxes are given" : "boxes come from one place") -> give --detector FILE, --proposals FILE, "
          + "--boxes - or --whole-frame")
    }
    if proposals == nil, !boxFiles.given.isEmpty {
      throw ValidationError(
        "\(listed(boxFiles.given)): for boxes of a file -> "
          + (detectorFile.detector == nil ? "add --proposals FILE, or leave it out" : "leave it out with --detector"))
    }
    if let boxes, boxes != "-" {
      throw ValidationError("--boxes is '\(boxes)' -> give - for stdin; boxes of a file are --proposals FILE")
    }
    if boxes == "-" && words.names == ["-"] {
      throw ValidationError("video and boxes cannot both come from stdin -> give the video as a named pipe (mkfifo)")
    }
    if name != nil && proposals == nil {
      throw ValidationError("--name says what --proposals calls the stream -> leave it out")
    }
    for (option, value) in [("--every", every), ("--stall", stall)] where !(value > 0 && value <= 86_400) {
      throw ValidationError("\(option) is \(value) -> give more than 0 seconds, at most a day")
    }
    if every < 1 / ActionDataset.ava.clock.framesPerSecond {
      throw ValidationError("--every is \(every) -> give at least a frame, 0.034 seconds")
    }
    if let retries, retries < 0 { throw ValidationError("--retries is \(retries) -> give 0 or more") }
    if topK < 1 { throw ValidationError("--top-k is \(topK) -> give 1 or more") }
    if !threshold.isFinite { throw ValidationError("--threshold is \(threshold) -> give a score") }
  }

  func run() throws {
    let config = try options.load(words.overrides)
    if !config[.detectionEnable] {
      throw ClassificationConfig(config, doing: "watching a stream", "whose network scores whole clips and no boxes")
    }
    let input = StreamInput(words.names[0])
    var settings = LiveDetection.Settings(name: streamName(input))
    settings.every = every
    settings.isLive = pace.map { $0 == .live } ?? input.isLive
    settings.stall = stall
    settings.retries = retries
    settings.keepsImages = page.serve != nil
    let watch = StreamWatch()
    let labels = labelmap ?? configuredLabelMap(config)
    let detection = try LiveDetection(config, settings, labelMap: labels, watch: watch) {
      try LiveStream(input, stall: stall, watch: watch)
    }
    let people = try people(config, settings, watch)
    let model = try options.model(config)
    Console.say(
      "watching \(input): a key frame every \(plain(every)) s; its clip reaches \(fixed(detection.lookahead, 2)) s past it, so "
        + "results come at least so much later")
    let page = try page.page(title: settings.name, threshold: threshold, topK: topK)
    defer { page?.end() }
    var told = WatchTally()
    do {
      try Interruption.stoppable {
        try detection.run(model, people: people, isToStop: { Interruption.isAsked }) { event in
          told.note(event)
          try tell(event)
          try page?.show(event)
        }
      }
    } catch is Interrupted {
      try write(["event": "ended", "reason": "asked to stop"])
    } catch is ReaderGone {
      Console.say("nobody reads the results any more: the watch ends")
    }
    Console.say(told.summary)
  }

  private func streamName(_ input: StreamInput) -> String {
    if let name { return name }
    switch input {
    case .file(let path): return FrameInput.name(of: path)
    case .standardInput: return "stdin"
    case .url(let url): return fileStem(String(url.prefix { !"?#".contains($0) }))
    case .device(_, let name): return fileStem(name)
    }
  }

  private func configuredLabelMap(_ config: Configuration) -> String? {
    let path = joinPath(config[.avaAnnotationDir], config[.avaLabelMapFile])
    if pathExists(path) { return path }
    Console.warn(
      "there is no label map '\(path)' (\(config.cite(.avaLabelMapFile))): actions have no names -> give --labelmap FILE"
    )
    return nil
  }

  private func people(
    _ config: Configuration, _ settings: LiveDetection.Settings, _ watch: StreamWatch
  ) throws -> LiveDetection.People {
    if let path = detectorFile.detector {
      let loaded = try detectorFile.load(path, options.engine.make())
      return .detector(loaded.detector, scoreThreshold: detectorFile.threshold(loaded))
    }
    if wholeFrame { return .boxes(WholeFrameBoxes()) }
    if let proposals {
      return .boxes(
        try FileBoxes(
          path: proposals, boxFiles.options(), name: settings.name, config: config, reach: every / 2,
          usualRate: ActionDataset.ava.clock.framesPerSecond))
    }
    return .boxes(LineBoxes(descriptor: 0, reach: every / 2, waits: !settings.isLive, watch: watch))
  }

  // MARK: Lines

  private func tell(_ event: LiveDetection.Event) throws {
    switch event {
    case .keyFrame(let keyFrame): try write(describe(keyFrame))
    case .news(.opened(let summary, let size, let time)):
      Console.say("opened: \(summary)")
      try write([
        "event": "opened", "time": JSONValue(rounded(time, 6)), "width": JSONValue(size.width),
        "height": JSONValue(size.height),
        "input": JSONValue(summary),
      ])
    case .news(.dropped(let times)):
      let list = listed(times.map { "\(plain($0)) s" }, limit: 5)
      Console.warn("the network is behind: key frames dropped: \(list)")
      try write(["event": "dropped", "times": .array(times.map { JSONValue(rounded($0, 6)) })])
    case .news(.reconnecting(let reason, let seconds)):
      Console.warn("\(reason); connecting again in \(plain(seconds)) s")
      try write(["event": "reconnecting", "reason": JSONValue(reason), "seconds": JSONValue(seconds)])
    case .news(.noted(let text)):
      Console.warn(text)
      try write(["event": "noted", "text": JSONValue(text)])
    case .news(.ended(let reason, let time)):
      try write(["event": "ended", "reason": JSONValue(reason), "time": JSONValue(rounded(time, 6))])
    }
  }

  private func describe(_ keyFrame: LiveDetection.KeyFrame) -> JSONValue {
    let people = keyFrame.people.map { person -> JSONValue in
      let box = person.box
      let actions = person.actions.prefix { Double($0.score) >= threshold }.prefix(topK).map { action -> JSONValue in
        ["id": JSONValue(action.id), "name": JSONValue(action.name), "score": JSONValue(action.score)]
      }
      return .object([
        ("id", person.id.map { JSONValue($0) } ?? .null),
        ("box", .array([box.x1, box.y1, box.x2, box.y2].map { JSONValue($0) })), ("score", JSONValue(person.score)),
        ("actions", .array(Array(actions))),
      ])
    }
    return .object([
      ("time", JSONValue(rounded(keyFrame.time, 6))),
      ("latency", JSONValue(keyFrame.latency.map { ($0 * 1000).rounded() / 1000 })),
      ("people", .array(people)),
    ])
  }

  /// Writes a line at once, whoever reads it.
  private func write(_ value: JSONValue) throws {
    print(value.text)
    // A page is a reader, too.
    if try !Console.handOver(), page.serve == nil { throw ReaderGone() }
  }

  private func plain(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? fixed(seconds, 0) : fixed(seconds, 2)
  }
}

/// Nobody reads the lines any more, as behind `| head`.
private struct ReaderGone: Error {}

/// What came of a watch.
private struct WatchTally {
  private var keyFrames = 0
  private var dropped = 0
  private var connections = 0
  private var latencies: [Double] = []

  mutating func note(_ event: LiveDetection.Event) {
    switch event {
    case .keyFrame(let keyFrame):
      keyFrames += 1
      // Of a watch that goes on for days, the last ones.
      if latencies.count == 1000 { latencies.removeFirst() }
      if let latency = keyFrame.latency { latencies.append(latency) }
    case .news(.dropped(let times)): dropped += times.count
    case .news(.reconnecting): connections += 1
    case .news: break
    }
  }

  var summary: String {
    var text = counted(keyFrames, "key frame")
    if dropped > 0 { text += ", \(dropped) dropped" }
    if connections > 0 { text += ", \(counted(connections, "interruption"))" }
    let sorted = latencies.sorted()
    if let greatest = sorted.last {
      text += "; latency: median \(fixed(sorted[sorted.count / 2], 2)) s, at most \(fixed(greatest, 2)) s"
    }
    return text
  }
}
