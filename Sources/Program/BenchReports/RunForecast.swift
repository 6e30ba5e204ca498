public import JSON
internal import Wording

/// What a run will take, before it runs.
public struct RunForecast: Sendable {
  /// What there is to do.
  public struct Work: Sendable {
    /// "test" or "detect".
    public var command: String
    public var config: String
    /// What is counted: "key frame", "video" or "picture".
    public var unit: String
    public var videos: Int
    public var boxes: Int
    /// How many views a key frame has, and a line that says which.
    public var views: (count: Int, text: String)
    /// The key frames of each part of the run: the shards that it was begun with, else one.
    public var parts: [(name: String, total: Int, done: Int)]
    /// Whether there are scores, or shards already: then nobody divides it anew.
    public var isBegun: Bool
    /// Whether the call asks for one shard.
    public var isShard: Bool
    /// Where scores are kept.
    public var place: String

    public init(
      command: String, config: String, unit: String = "key frame", videos: Int, boxes: Int,
      views: (count: Int, text: String),
      parts: [(name: String, total: Int, done: Int)], isBegun: Bool, isShard: Bool, place: String
    ) {
      self.command = command
      self.config = config
      self.unit = unit
      self.videos = videos
      self.boxes = boxes
      self.views = views
      self.parts = parts
      self.isBegun = isBegun
      self.isShard = isShard
      self.place = place
    }

    public var total: Int { parts.reduce(0) { $0 + $1.total } }
    public var done: Int { parts.reduce(0) { $0 + $1.done } }
    public var toDo: Int { total - done }
  }

  /// Seconds by the clock.
  public struct Times: Sendable {
    /// Of a key frame: on average, and the least and greatest that were measured.
    public var keyFrame: (mean: Double, least: Double, greatest: Double)
    /// How many key frames were measured.
    public var measured: Int
    /// From the start of the program until the first clip can be computed: what every machine spends once.
    public var ready: Double

    public init(keyFrame: (mean: Double, least: Double, greatest: Double), measured: Int, ready: Double) {
      self.keyFrame = keyFrame
      self.measured = measured
      self.ready = ready
    }
  }

  /// Bytes of memory.
  public struct Memory: Sendable {
    /// Program and weights, as they were before the first clip.
    public var base: Int
    public var arenas: Int
    public var clips: Int
    public var frames: Int
    /// The most that was in use while key frames were measured.
    public var measured: Int

    public init(base: Int, arenas: Int, clips: Int, frames: Int, measured: Int) {
      self.base = base
      self.arenas = arenas
      self.clips = clips
      self.frames = frames
      self.measured = measured
    }

    public var predicted: Int { base + arenas + clips + frames }
  }

  /// Bytes of files.
  public struct Disk: Sendable {
    public var journal: Int
    /// 0 for a shard, which writes none.
    public var results: Int

    public init(journal: Int, results: Int) {
      self.journal = journal
      self.results = results
    }
  }

  private let work: Work
  /// Nil where there is nothing left to measure.
  private let times: Times?
  private let memory: Memory
  private let disk: Disk
  private let setting: BenchSetting
  private let streams: Int

  public init(_ work: Work, _ times: Times?, _ memory: Memory, _ disk: Disk, setting: BenchSetting, streams: Int) {
    self.work = work
    self.times = times
    self.memory = memory
    self.disk = disk
    self.setting = setting
    self.streams = streams
  }

  /// How many machines, and the key frames of the one that has most to do.
  var rows: [(machines: Int, keyFrames: Int)] {
    if work.isShard { return [(1, work.toDo)] }
    if work.parts.count > 1 { return [(work.parts.count, work.parts.map { $0.total - $0.done }.max() ?? 0)] }
    if work.isBegun { return [(1, work.toDo)] }
    return [1, 8, 64].map { ($0, (work.toDo + $0 - 1) / $0) }
  }

  private func hours(_ keyFrames: Int, _ each: Double, _ ready: Double) -> Double {
    keyFrames == 0 ? 0 : (ready + Double(keyFrames) * each) / 3600
  }

  public var text: String {
    var lines = [
      "slowfast \(work.command) with \(work.config): \(counted(work.total, work.unit))"
        + (["video", "picture"].contains(work.unit) ? "" : " of \(counted(work.videos, "video"))")
        + (work.unit == "key frame" ? ", \(counted(work.boxes, "box", plural: "boxes"))" : ""),
      work.views.text,
    ]
    if work.isBegun {
      lines.append("done already: \(work.done), in '\(work.place)'; to do: \(work.toDo)")
      if work.parts.count > 1 {
        for part in work.parts { lines.append("  shard \(part.name): \(part.done) of \(part.total) done") }
      }
    }
    let engine =
      "\(counted(setting.threads, "thread"))\(streams > 1 ? " in \(streams) streams" : ""), kernels "
      + "\(setting.kernels), \(setting.precision)"
    if let times {
      lines.append(
        "measured on \(counted(times.measured, work.unit)), \(engine): \(fixed(times.keyFrame.mean, 3)) s each "
          + "(\(fixed(times.keyFrame.least, 3)) to \(fixed(times.keyFrame.greatest, 3))), ready after "
          + "\(fixed(times.ready, 1)) s")
      let table = rows.map { row in
        [
          "\(row.machines)", "\(row.keyFrames)",
          duration(hours(row.keyFrames, times.keyFrame.mean, times.ready)),
          duration(hours(row.keyFrames, times.keyFrame.least, times.ready)),
          duration(hours(row.keyFrames, times.keyFrame.greatest, times.ready)),
        ]
      }
      let first = work.isShard ? "this shard" : "machines like this"
      lines.append("")
      lines.append(
        String(TextTable([first, "\(work.unit)s of the longest", "time", "least", "greatest"], table).text.dropLast()))
      lines.append("")
    } else {
      lines.append("nothing is left to score")
    }
    lines.append(
      "memory: about \(megabytes(memory.predicted)) (program and weights \(megabytes(memory.base)), arenas "
        + "\(megabytes(memory.arenas)), clips \(megabytes(memory.clips)), frames \(megabytes(memory.frames)))"
        + (times == nil ? "" : "; \(megabytes(memory.measured)) at most while measuring"))
    lines.append(
      "disk: journal \(megabytes(disk.journal))"
        + (work.isShard ? ", a shard writes no results" : ", results about \(megabytes(disk.results)) without pictures")
    )
    return lines.joined(separator: "\n")
  }

  /// Three digits or so, in the unit that suits: "8.4 s", "12.5 min", "31.2 h".
  private func duration(_ hours: Double) -> String {
    let seconds = hours * 3600
    if seconds < 100 { return "\(fixed(seconds, 1)) s" }
    return seconds < 100 * 60 ? "\(fixed(seconds / 60, 1)) min" : "\(fixed(hours, 1)) h"
  }

  private func megabytes(_ bytes: Int) -> String {
    if bytes < 100_000 { return "\(fixed(Double(bytes) / 1e3, 1)) kB" }
    let value = Double(bytes) / 1e6
    return "\(fixed(value, value < 10 ? 1 : 0)) MB"
  }

  public var json: JSONValue {
    var fields: [(String, JSONValue)] = [
      ("command", JSONValue(work.command)), ("config", JSONValue(work.config)), ("videos", JSONValue(work.videos)),
      ("key_frames", JSONValue(work.total)), ("done", JSONValue(work.done)), ("to_do", JSONValue(work.toDo)),
      ("boxes", JSONValue(work.boxes)), ("views", JSONValue(work.views.count)),
      (
        "parts",
        .array(
          work.parts.map {
            ["part": JSONValue($0.name), "key_frames": JSONValue($0.total), "done": JSONValue($0.done)]
          })
      ),
    ]
    if let times {
      fields += [
        ("seconds_per_key_frame", JSONValue(times.keyFrame.mean)),
        ("seconds_per_key_frame_least", JSONValue(times.keyFrame.least)),
        ("seconds_per_key_frame_greatest", JSONValue(times.keyFrame.greatest)),
        ("measured_key_frames", JSONValue(times.measured)), ("ready_seconds", JSONValue(times.ready)),
        (
          "machines",
          .array(
            rows.map { row in
              [
                "machines": JSONValue(row.machines), "key_frames_of_the_longest": JSONValue(row.keyFrames),
                "hours": JSONValue(hours(row.keyFrames, times.keyFrame.mean, times.ready)),
                "hours_least": JSONValue(hours(row.keyFrames, times.keyFrame.least, times.ready)),
                "hours_greatest": JSONValue(hours(row.keyFrames, times.keyFrame.greatest, times.ready)),
              ]
            })
        ), ("measured_peak_bytes", JSONValue(memory.measured)),
      ]
    }
    fields += [
      ("memory_bytes", JSONValue(memory.predicted)), ("base_bytes", JSONValue(memory.base)),
      ("arena_bytes", JSONValue(memory.arenas)), ("clip_bytes", JSONValue(memory.clips)),
      ("frame_bytes", JSONValue(memory.frames)), ("journal_bytes", JSONValue(disk.journal)),
      ("results_bytes", JSONValue(disk.results)), ("streams", JSONValue(streams)),
      ("threads", JSONValue(setting.threads)), ("kernels", JSONValue(setting.kernels)),
      ("precision", JSONValue(setting.precision)),
    ]
    return .object(fields)
  }
}
