internal import ArgumentParser
internal import Runs
internal import Wording

/// What becomes of a run that meets damaged frames.
enum DamageRule: String, ExpressibleByArgument, CaseIterable {
  case report
  case skip
  case stop
}

/// `--damaged`, and what is said and thrown by its rule.
struct DamageOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What becomes of key frames whose clip has a damaged frame: report (leave them out, finish, name them, exit \
      status 1), skip (the same with exit status 0) or stop (end at the first without results; the journal keeps what \
      was scored).
      """, valueName: "rule"))
  var damaged: DamageRule = .report

  var stops: Bool { damaged == .stop }

  /// Whether results are taken as they are.
  var takesLess: Bool { damaged == .skip }

  /// Names the key frames without scores.
  ///
  /// - Parameters:
  ///   - videos: Those that are lost as a whole.
  ///   - isShard: Whether other parts of the run may have others.
  /// - Throws: `DamageFound` when there are no others.
  func say(_ report: DamageReport, of total: Int, _ videos: LostVideos = LostVideos(), isShard: Bool = false) throws {
    if report.isEmpty { return }
    let count = report.keyFrames.count
    Console.warn(videos.headline(report, of: total) + ":")
    for line in report.lines() { Console.say("  " + line) }
    if count >= total && !isShard {
      throw DamageFound(
        description:
          "no \(report.unit.rawValue) could be scored -> \(remedy(report, isShard: isShard)), then start the run's own "
          + "command again")
    }
  }

  /// The parts of a divided run were divided by one list: it may not change any more.
  private func remedy(_ report: DamageReport, isShard: Bool) -> String {
    if report.unit != .video { return "copy or record the damaged files again" }
    return "copy or record these files again" + (isShard ? "" : ", or correct the list")
  }

  /// Ends a run whose results are written, but not for all key frames.
  ///
  /// - Parameters:
  ///   - lacking: What else is not there.
  ///   - what: Such as "the results lack".
  ///   - again: What is to be started when the files are repaired.
  ///   - less: What takes results as they are.
  ///   - remedy: What to do where it is not to bring sound files alone; nil for that.
  ///   - isShard: Whether the run is divided.
  /// - Throws: `DamageFound` under the rule `report`.
  func finish(
    _ report: DamageReport, of total: Int, lacking: [String] = [], _ what: String, remedy: String? = nil, again: String,
    less: String = NextCalls().takingLess, isShard: Bool = false
  ) throws {
    if report.isEmpty && lacking.isEmpty || takesLess { return }
    let own = report.isEmpty ? [] : ["\(report.keyFrames.count) of \(counted(total, report.unit.rawValue))"]
    throw DamageFound(
      description: "\(what) \(series(own + lacking, "and")), named above"
        + " -> \(remedy ?? self.remedy(report, isShard: isShard)) and \(again), or take the results as they are: \(less)"
    )
  }
}

/// A run that is over, with less than what was asked for.
struct DamageFound: Error, CustomStringConvertible {
  let description: String
}
