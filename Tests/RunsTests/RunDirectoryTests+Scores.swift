import AVARecords
import Clips
import Files
import Inference
import Runs
import TestSupport
import Tensors
import Testing

/// Runs that were begun with the same: what `slowfast runs` says of their scores.
extension RunDirectoryTests {
  private func compute(
    _ name: String, _ seconds: Range<Int> = 0..<6, _ shard: Shard? = nil, adding gap: Float = 0,
    isMeasured: Bool = false, viewsOfEach: Int = .max
  ) throws -> RunDirectory {
    let directory = RunDirectory(folder.path + "/" + name)
    var identity = identity()
    if isMeasured { identity.add(.convolution, "measured") }
    let part = try part(shard, in: directory)
    defer { part.close(as: .interrupted) }
    let journal = try part.open(identity, config, videos: plan(shard))
    for (number, task) in plan(shard).flatMap(\.tasks).enumerated() where seconds.contains(number) {
      for view in views.prefix(viewsOfEach) where !journal.has(task, view) {
        let own = scores(task, view)
        // Of the first two key frames, in one of their views.
        if task.keyFrame.video == "b", task.center < 60, view == views[1] { own.mutableValues[2] = 0.5 + gap }
        try journal.append(ScoredView(task: task, view: view, scores: own))
      }
    }
    return directory
  }

  private func said(_ directories: RunDirectory...) throws -> String {
    let text = try directories.map { try RunSummary($0) }.text.replacing(folder.path + "/", with: "")
    return text.split(separator: "\n").drop { !$0.hasPrefix("all of") && !$0.hasPrefix("begun") }
      .joined(separator: "\n")
  }

  @Test func sameScores() throws {
    defer { folder.remove() }
    let (a, b) = (try compute("a"), try compute("b"))
    for index in 0..<2 { _ = try compute("c", shard: shard(index, 2)) }
    let words = "all of the same, and the scores in their journals are equal to the last bit (how views and models"
    #expect(try said(a, b, RunDirectory(folder.path + "/c")).hasPrefix(words))
  }

  @Test func otherScores() throws {
    defer { folder.remove() }
    let a = try compute("a", isMeasured: true)
    let b = try compute("b", adding: 0.25, isMeasured: true)
    let c = try compute("c", 1..<5, isMeasured: true)
    #expect(
      try said(a, b, c) == """
        begun with the same; their scores:
          'b' and 'a': 2 of 6 key frames have other scores, by 0.25 at most
          'c' and 'a': 4 key frames that both have scored equal to the last bit; 2 only in 'a'
          (--measure-plan: each start of the program chooses algorithms anew, last bits are its own)
        """)
    #expect(try said(a, c).contains("'c' and 'a': 4 key frames"))
    let none = try compute("d", 0..<0, isMeasured: true)
    let other = try compute("e", 0..<1, isMeasured: true)
    #expect(
      try said(other, c).contains("'c' and 'e': no key frame that both have scored; 1 only in 'e'; 4 only in 'c'"))
    #expect(!pathExists(none.journal(nil)), "a journal without scores goes")
  }

  /// Of two runs that were ended between the views of their first key frame, nothing says that they are equal.
  @Test func noScoresInCommon() throws {
    defer { folder.remove() }
    let (a, b) = (try compute("a", 0..<1, viewsOfEach: 1), try compute("b", 0..<1, viewsOfEach: 1))
    #expect(
      try said(a, b) == """
        begun with the same; their scores:
          'b' and 'a': no key frame that both have scored
        """)
  }

  private func compute(_ name: String, shard: Shard) throws -> RunDirectory { try compute(name, 0..<6, shard) }

  /// The run of one command is none of another, and a stranger's file of that name is kept.
  @Test func strangers() throws {
    defer { folder.remove() }
    let directory = try compute("a")
    let status = RunStatus(
      version: "1", command: "detect", arguments: [], config: "c.yaml", weights: nil, labelMap: nil)
    #expect(
      text { _ = try RunPart(directory, nil, status) }.contains(
        "it is one of slowfast test, and this is slowfast detect -> give another --run"))
    let other = RunDirectory(folder.path + "/b")
    try makeFolder(other.path)
    try writeFile(other.status(nil), "mine\n")
    _ = try compute("b")
    #expect(try readFile(other.status(nil) + ".old", doing: "testing") == Array("mine\n".utf8))
    _ = try compute("b")
    #expect(RunStatusFile(other).isSound)
  }
}

private struct RunStatusFile {
  let isSound: Bool

  init(_ directory: RunDirectory) { isSound = directory.readStatus(nil)?.done == 6 }
}
