public import AVARecords
public import Clips
internal import Clocks
internal import Files
public import Inference
public import Tensors

/// The scores of a run as they are made, in a file that only grows: what was scored stays, whatever ends the run.
///
/// A journal begins with what its scores depend on and takes a record for each view of each task. One that is opened
/// again goes on at its end; a record that was torn there is cut off. Everything else (CSV files, tables, means) is read
/// from it, so that no score need be kept in memory. docs/journal.md has the format.
///
/// Not for several threads at once, nor for two processes: the folder's lock keeps these apart.
public final class RunJournal {
  /// How much a power failure may cost: seconds from one flush to the next.
  private static let flushInterval = 5.0
  static let magic = Array("slowfast journal 1\n".utf8)
  static let doing = "writing the journal"

  /// The end of a journal that cannot be read.
  public struct Loss: Equatable, Sendable {
    public let bytes: Int
    /// Whether it is the beginning of a record that was being written; else a record is damaged, and what follows it
    /// cannot be told from it.
    public let isTorn: Bool
    /// Where the file is kept as it was; nil for a torn end, which is of no use.
    public var copy: String?
  }

  /// The file; nil for a journal in memory.
  public var path: String? { file?.path }
  /// What was cut off as the file was opened; nil for nothing.
  public private(set) var loss: Loss?
  /// The files that the run has written or begun to write, from the root: they are its own to replace.
  public private(set) var results: [String] = []
  /// What these files held that the run has written whole, whenever it did.
  private(set) var writtenContents: [String: Set<String>] = [:]
  /// What is to be scored, video by video in the order of the run: only the journals of run directories say it.
  public private(set) var videos: [PlannedVideo] = []
  /// What the scores depend on, as the file says it; nil for a journal in memory.
  public private(set) var identity: RunIdentity?
  /// Videos that are others than before, as these had damage: what is scored of them stays.
  public private(set) var repairedVideos: [String] = []
  /// Videos that were never scored, and are no part of the run any more.
  public private(set) var leftVideos: [String] = []
  /// Videos of which some cannot be read now that was there before: what is scored of them stays.
  public private(set) var lostVideos: Set<String> = []
  /// The key frames that were found damaged in what the videos are now, and not scored since.
  public private(set) var damagedKeyFrames: Set<KeyFrame> = []
  /// The frames of their clips, as far as they are known.
  private(set) var damagedFrames: [KeyFrame: ClosedRange<Int>] = [:]
  /// What videos were when damage was found in them, before they became what they are now.
  private var formerContents: DamagedContents = [:]
  /// The videos that became others, and have no scores since.
  private var unscoredVideos: Set<String> = []
  private var file: AppendedFile?
  private var memory: [UInt8] = []
  /// Where records of scores stand, their length and checksum among them.
  private(set) var places: [JournalKey: (range: Range<Int>, subject: JournalSubject)] = [:]
  /// What this run found. What earlier ones did is tried again: it may have been repaired.
  private var damage: [KeyFrame: String] = [:]
  private var lastFlush = monotonicSeconds()
  /// Where the last whole record that was read ends.
  private var end = 0
  private var isOpen = true

  /// Makes a journal in memory, for runs that nobody need continue.
  public init() { file = nil }

  /// Opens the journal of a run, or begins one where there is none.
  ///
  /// - Parameter classes: How many classes the network scores: a record with others is passed over, and its task scored
  ///   again; nil for any number.
  /// - Throws: `JournalError` where the file is of another run, `FileError`.
  public convenience init(path: String, identity: RunIdentity, classes: Int? = nil) throws {
    try self.init(path: path, identity: identity, classes: classes, others: { [:] })
  }

  /// - Parameter others: In what damage was found elsewhere; asked where something has changed.
  init(path: String, identity: RunIdentity, classes: Int?, others: () throws -> DamagedContents) throws {
    let file = try AppendedFile(path: path, doing: Self.doing)
    self.file = file
    self.identity = identity
    let head = Self.magic + JournalRecord.head(identity.text).bytes
    let beginning = try file.read(0..<Self.magic.count)
    if beginning[...] != Self.magic[..<beginning.count] { throw JournalError.foreign(path: path) }
    guard beginning.count == Self.magic.count, let first = try record(at: Self.magic.count),
      case .head(let text) = JournalRecord.summary(first.content[...])
    else {
      // A head that was torn has no records after it; anything else is not this run's to overwrite.
      let present = try file.read(0..<min(file.count, head.count))
      if file.count > head.count || !head.starts(with: present) {
        throw JournalError.damagedHead(path: path, bytes: file.count)
      }
      if file.count > 0 { loss = Loss(bytes: file.count, isTorn: true) }
      try file.cut(to: 0)
      do {
        try file.append(head)
      } catch {
        file.remove()
        throw error
      }
      return
    }
    let before = RunIdentity(text: text)
    self.identity = before
    try readRecords(from: first.end, classes: classes)
    let continuation = try self.continuation(of: identity, others: others)
    if let continuation {
      // Whoever follows the advice to repair a video goes on with it.
      if !continuation.changes.isEmpty { throw JournalError.otherRun(path: path, changes: continuation.changes) }
      (repairedVideos, lostVideos) = (continuation.repaired, Set(continuation.lost))
      leftVideos = continuation.left
    }
    if end < file.count {
      let rest = try file.read(end..<min(file.count, end + 16384))
      var loss = Loss(bytes: file.count - end, isTorn: JournalRecord.isBeginning(rest, of: file.count - end))
      if !loss.isTorn { loss.copy = try Self.keepCopy(of: file) }
      self.loss = loss
      try file.cut(to: end)
    }
    if let continuation, continuation.identity.differs(from: before) {
      try renew(continuation.identity, after: before, from: first.end, classes)
    }
  }

  /// Keeps a damaged journal under a name of its own: somebody may make more of it.
  private static func keepCopy(of file: AppendedFile) throws -> String {
    let name = file.path + ".damaged"
    let path = pathExists(name) ? (2...).lazy.map { "\(name).\($0)" }.first { !pathExists($0) } ?? name : name
    let copy = try AtomicFile(path: path)
    for start in stride(from: 0, to: file.count, by: 1 << 20) { try copy.write(file.read(start..<start + 1 << 20)) }
    try copy.commit()
    return path
  }

  /// How a run goes on with this journal; nil where nothing is otherwise.
  ///
  /// - Parameter others: In what damage was found elsewhere.
  func continuation(
    of identity: RunIdentity, others: () throws -> DamagedContents
  ) rethrows -> RunIdentity.Continuation? {
    guard let before = self.identity, identity.differs(from: before) else { return nil }
    var damaged = damagedContents
    for video in unscoredVideos { damaged[video, default: []].insert(DamagedContent(content: content(of: video))) }
    damaged.add(try others())
    return identity.continuing(before, damaged: damaged, scored: scoredVideos)
  }

  /// What videos were, or still are, when damage was found in them.
  var damagedContents: DamagedContents {
    var contents = formerContents
    for (video, keyFrames) in Dictionary(grouping: damagedKeyFrames, by: \.video) {
      let content = content(of: video)
      let found = keyFrames.map { DamagedContent(content: content, frames: damagedFrames[$0]) }
      contents[video, default: []].formUnion(found)
    }
    return contents
  }

  private func content(of video: String) -> String { identity?.content(of: video) ?? RunIdentity.unreadable }

  /// The videos of which there are scores.
  var scoredVideos: Set<String> { Set(places.keys.map(\.keyFrame.video)) }

  /// Writes the file anew with another head, and without the plans of videos: those of a repaired one may be others.
  private func renew(_ identity: RunIdentity, after before: RunIdentity, from start: Int, _ classes: Int?) throws {
    guard let file else { return }
    let copy = try AtomicFile(path: file.path)
    try copy.write(Self.magic + JournalRecord.head(identity.text).bytes)
    var place = start
    while let next = try record(at: place) {
      if case .video = JournalRecord.summary(next.content[...]) {} else { try copy.write(file.read(place..<next.end)) }
      place = next.end
    }
    for video in repairedVideos {
      let former = before.content(of: video) ?? RunIdentity.unreadable
      try copy.write(JournalRecord.former(video: video, content: former).bytes)
    }
    try copy.commit()
    self.file = try AppendedFile(path: file.path, doing: Self.doing)
    self.identity = identity
    (places, results, videos, damagedKeyFrames, damagedFrames) = ([:], [], [], [], [:])
    (formerContents, unscoredVideos) = ([:], [])
    try readRecords(from: Self.magic.count, classes: classes)
  }

  /// Takes out of a journal what it has of videos that are others now, and their plans.
  ///
  /// - Parameter identity: What the rest depends on.
  /// - Throws: `FileError`; then all stays.
  static func forget(_ videos: [String], in path: String, leaving identity: RunIdentity) throws {
    let former = try RunJournal(reading: path)
    guard let file = former.file, let first = try former.record(at: magic.count) else { return }
    let copy = try AtomicFile(path: path)
    try copy.write(magic + JournalRecord.head(identity.text).bytes)
    var place = first.end
    while let next = try former.record(at: place) {
      let video = JournalRecord.summary(next.content[...])?.video
      if video.map({ videos.contains($0) }) != true { try copy.write(file.read(place..<next.end)) }
      place = next.end
    }
    // What cannot be read is for whoever opens it.
    try copy.write(file.read(place..<file.count))
    try copy.commit()
  }

  /// Opens a journal that is there, of a run that goes on or is over, only to read what it has by now.
  ///
  /// - Throws: `JournalError.foreign` for what is no journal, `FileError`.
  public init(reading path: String) throws {
    let file = try AppendedFile(reading: path, doing: "reading the journal")
    self.file = file
    isOpen = false
    guard try file.read(0..<Self.magic.count) == Self.magic else { throw JournalError.foreign(path: path) }
    if let first = try record(at: Self.magic.count), case .head(let text) = JournalRecord.summary(first.content[...]) {
      identity = RunIdentity(text: text)
    }
    try readRecords(from: Self.magic.count)
  }

  /// Takes up whole records, as far as there are any. One that says nothing to this reader is passed over.
  private func readRecords(from start: Int, classes: Int? = nil) throws {
    end = start
    while let next = try record(at: end) {
      switch JournalRecord.summary(next.content[...]) {
      case nil, .head: break
      case .scores(let key, let subject):
        if classes == nil || classes == subject.classes {
          add(key, subject, at: end..<next.end)
        }
      case .results(let names): add(names.map { self.path(of: $0) })
      case .video(let video): add(video)
      case .damage(let keyFrame, let frames):
        damagedKeyFrames.insert(keyFrame)
        damagedFrames[keyFrame] = frames
      case .former(let video, let content):
        formerContents[video, default: []].insert(DamagedContent(content: content))
        damagedKeyFrames = damagedKeyFrames.filter { $0.video != video }
        // What only was not whole leaves its scores sound, and so does a list of which some images were repaired.
        let isList = VideoContent(content).blocks != nil
        if !isList, RunIdentity.joined(content, self.content(of: video), isScored: true) == nil {
          unscoredVideos.insert(video)
        }
      case .written(let name, let content): writtenContents[self.path(of: name), default: []].insert(content)
      }
      end = next.end
    }
  }

  private func add(_ key: JournalKey, _ subject: JournalSubject, at range: Range<Int>) {
    places[key] = (range, subject)
    damagedKeyFrames.remove(key.keyFrame)
    unscoredVideos.remove(key.keyFrame.video)
  }

  /// How many key frames have scores in so many views.
  public func keyFrameCount(views: Int) -> Int {
    places.keys.reduce(into: [KeyFrame: Int]()) { $0[$1.keyFrame, default: 0] += 1 }.count { $0.value >= views }
  }

  /// How many of the planned tasks are scored in all of their views.
  public var doneCount: Int { videos.reduce(0) { $0 + $1.tasks.count { hasAll($0) } } }

  /// Whether there is nothing to go on with.
  public var isEmpty: Bool { places.isEmpty }

  /// Whether a view of a task is scored, with the task's people.
  public func has(_ task: ClipTask, _ view: View) -> Bool { place(of: task, view) != nil }

  /// Whether a task is scored in all of its views.
  public func hasAll(_ task: ClipTask) -> Bool { task.views.allSatisfy { has(task, $0) } }

  /// The task of a key frame that is scored in all of its views, where nothing else tells its place in the video.
  ///
  /// - Parameters:
  ///   - people: Who was scored.
  ///   - views: In which views.
  public func scoredTask(_ keyFrame: KeyFrame, people: [ClipTask.Person]?, views: [View]) -> ClipTask? {
    guard let first = views.first,
      let subject = places[JournalKey(keyFrame: keyFrame, view: first.description)]?.subject
    else { return nil }
    let task = ClipTask(
      keyFrame, center: Int(subject.center), moment: subject.moment, people: people, views: views)
    return hasAll(task) ? task : nil
  }

  /// The tasks of a video that are scored as a whole in all of these views, where nothing else tells its tasks; times
  /// ascending.
  public func scoredTasks(of video: String, views: [View]) -> [ClipTask] {
    let keyFrames = Set(places.keys.map(\.keyFrame).filter { $0.video == video })
    return keyFrames.compactMap { scoredTask($0, people: nil, views: views) }.sorted {
      $0.keyFrame.time < $1.keyFrame.time
    }
  }

  private func place(of task: ClipTask, _ view: View) -> (key: JournalKey, range: Range<Int>, subject: JournalSubject)?
  {
    let key = JournalKey(keyFrame: task.keyFrame, view: view.description)
    guard let place = places[key], place.subject == JournalSubject(task, classes: place.subject.classes) else {
      return nil
    }
    return (key, place.range, place.subject)
  }

  /// What this run found damaged of a task's clips; nil where nothing is known to be.
  public func damage(of task: ClipTask) -> String? { damage(at: task.keyFrame) }

  /// What this run found damaged at a key frame.
  public func damage(at keyFrame: KeyFrame) -> String? { damage[keyFrame] }

  /// The scores of a view of a task, [people, classes]; nil where it was not scored.
  ///
  /// - Throws: `FileError`, `JournalError` where the file has changed meanwhile.
  public func scores(of task: ClipTask, _ view: View) throws -> Tensor? {
    guard let place = place(of: task, view) else { return nil }
    // The file lay open to others since it was written or read.
    guard let content = JournalRecord.content(try bytes(place.range)),
      let scores = JournalRecord.scores(content, of: place.key, place.subject)
    else { throw JournalError.changed(path: path ?? "") }
    return scores
  }

  /// What the record of a key frame holds; nil where there is none.
  ///
  /// - Throws: `FileError`, `JournalError` where the file has changed meanwhile.
  func content(of key: JournalKey) throws -> ArraySlice<UInt8>? {
    guard let place = places[key] else { return nil }
    guard let content = JournalRecord.content(try bytes(place.range)) else {
      throw JournalError.changed(path: path ?? "")
    }
    return content
  }

  /// Adds the scores of a view.
  ///
  /// - Throws: `FileError`; nothing is added then.
  public func append(_ scored: ScoredView) throws {
    let range = try append(.scores(scored.task, scored.view, scored.scores))
    add(
      JournalKey(keyFrame: scored.task.keyFrame, view: scored.view.description),
      JournalSubject(scored.task, classes: scored.scores.shape[1]), at: range)
  }

  /// Notes that a key frame cannot be scored, for as long as this run lasts: the next one tries again, with a video that
  /// may have been repaired. A journal that is only read notes it in memory; so is what a video lacks that was there when
  /// it was scored: that video has no damage.
  ///
  /// - Parameter frames: From the first to the last of its clip; nil where any of the video may be damaged.
  /// - Throws: `FileError`.
  public func note(_ keyFrame: KeyFrame, damage cause: String, frames: ClosedRange<Int>? = nil) throws {
    damage[keyFrame] = cause
    if !isOpen || damagedKeyFrames.contains(keyFrame) || lostVideos.contains(keyFrame.video) { return }
    try append(.damage(keyFrame, cause: cause, frames: frames))
    damagedKeyFrames.insert(keyFrame)
    damagedFrames[keyFrame] = frames
  }

  /// Notes files before they are written: a run that goes on from here may replace them.
  public func beginResults(_ paths: [String]) throws {
    // The same call from another folder means other files.
    let known = Set(results)
    let new = paths.map(resolvedPath).filter { !known.contains($0) }
    if new.isEmpty { return }
    try append(.results(new.map { Self.name(of: $0, in: folder) }))
    results += new
    try file?.flush()
  }

  /// Notes what a file holds that was written.
  ///
  /// - Parameter content: Its fingerprint.
  /// - Throws: `FileError`.
  public func note(written path: String, content: String) throws {
    let path = resolvedPath(path)
    if isWritten(path, content: content) { return }
    try append(.written(path: Self.name(of: path, in: folder), content: content))
    writtenContents[path, default: []].insert(content)
    try file?.flush()
  }

  /// Whether a file has been written with this content, and so nobody has changed it since.
  public func isWritten(_ path: String, content: String) -> Bool {
    writtenContents[resolvedPath(path)]?.contains(content) == true
  }

  /// Where the journal lies, from the root; nil in memory.
  private var folder: String? { file.map { splitPath(resolvedPath($0.path)).folder } }

  /// What a result is called in a journal: one that lies beside it or below has its path from there, so that both may be moved.
  ///
  /// - Parameters:
  ///   - path: As `resolvedPath` says it.
  ///   - folder: The journal's, in the same way; nil for one in memory.
  static func name(of path: String, in folder: String?) -> String {
    guard let folder, path.hasPrefix(folder + "/") else { return path }
    return String(path.dropFirst(folder.count + 1))
  }

  /// Where the result of that name is.
  private func path(of name: String) -> String {
    resolvedPath(name.hasPrefix("/") ? name : joinPath(folder ?? "", name))
  }

  private func add(_ paths: [String]) {
    let known = Set(results)
    results += paths.filter { !known.contains($0) }
  }

  /// Notes what is to be scored, so that results can be made from the journal alone.
  public func plan(_ videos: [PlannedVideo]) throws {
    let known = Dictionary(self.videos.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    for video in videos where known[video.number]?.isSame(as: video) != true {
      try append(.video(video))
      add(video)
    }
  }

  private func add(_ video: PlannedVideo) {
    // Numbers are those of one call, which may name the videos in another order.
    videos.removeAll { $0.name == video.name && $0.number != video.number }
    let place = videos.firstIndex { $0.number >= video.number } ?? videos.count
    if place < videos.count, videos[place].number == video.number {
      videos[place] = video
    } else {
      videos.insert(video, at: place)
    }
  }

  /// Ends the writing. A journal without scores goes, there is nothing to go on with.
  ///
  /// - Parameter keepsEmpty: Whether it stays without scores, too: there are none to make.
  public func close(keepsEmpty: Bool = false) {
    guard let file, isOpen else { return }
    if isEmpty && !keepsEmpty { remove() } else { try? file.flush() }
  }

  /// Deletes the journal of a run that is complete.
  public func remove() {
    isOpen = false
    file?.remove()
  }

  @discardableResult private func append(_ record: JournalRecord) throws -> Range<Int> {
    let bytes = record.bytes
    guard let file else {
      memory += bytes
      return memory.count - bytes.count..<memory.count
    }
    do {
      try file.append(bytes)
    } catch {
      if let full = JournalError.noRoom(error) { throw full }
      throw error
    }
    if monotonicSeconds() - lastFlush >= Self.flushInterval {
      try file.flush()
      lastFlush = monotonicSeconds()
    }
    return file.count - bytes.count..<file.count
  }

  /// How long the file is.
  var bytes: Int { file?.count ?? memory.count }

  private func bytes(_ range: Range<Int>) throws -> [UInt8] { try file?.read(range) ?? Array(memory[range]) }

  /// A whole record; nil where there is none, or one that is torn.
  private func record(at start: Int) throws -> (content: [UInt8], end: Int)? {
    guard let file else { return nil }
    guard let length = JournalRecord.length(try file.read(start..<start + 8)) else { return nil }
    let end = start + 8 + length
    if end > file.count { return nil }
    return JournalRecord.content(try file.read(start..<end)).map { (Array($0), end) }
  }
}
