internal import Files

/// What a video was when damage was found in it.
struct DamagedContent: Hashable {
  let content: String
  /// The frames of the clip in which it was found; nil where any may be damaged.
  var frames: ClosedRange<Int>?
}

/// The contents of videos in which damage was found, by name.
typealias DamagedContents = [String: Set<DamagedContent>]

extension RunIdentity {
  /// What the entry of a video says of which nothing can be read.
  public static let unreadable = noFingerprint

  /// A run that goes on where another one ended, or beside another part.
  struct Continuation {
    /// What the scores of both depend on. Of a video that cannot be read now it has the content that was known.
    var identity: RunIdentity
    /// What is not as before, and must be.
    var changes: [String] = []
    /// The videos that had damage and are others now.
    var repaired: [String] = []
    /// The videos of which some is gone that was known.
    var lost: [String] = []
    /// The videos that were never scored, and in whose place others stand: a list was corrected.
    var left: [String] = []
  }

  /// Whether anything is not as in another run, or is said in one of them alone.
  func differs(from other: RunIdentity) -> Bool {
    !changes(since: other).isEmpty || (self[.tasks] == nil) != (other[.tasks] == nil)
  }

  /// The videos that are others than a former run knew them: neither of both contents lacks only what the other one has.
  ///
  /// - Parameter scored: The videos of which the former run has scores.
  func replacedVideos(since former: RunIdentity, scored: Set<String> = []) -> [String] {
    let known = former.contents
    return videos.filter { video in
      guard let before = known[video], let now = content(of: video), before != now else { return false }
      return now != Self.unreadable && Self.joined(before, now, isScored: scored.contains(video)) == nil
    }
  }

  /// The same, with what a former run knows of videos that this one cannot read or does not name.
  func withVideos(of former: RunIdentity) -> RunIdentity {
    var identity = self
    for entry in former.entries {
      guard let video = Self.video(ofEntry: entry.name) else { continue }
      guard let now = content(of: video) else {
        identity.append(entry.name, entry.value)
        continue
      }
      let joined = now == Self.unreadable ? entry.value : Self.joined(entry.value, now, isScored: false)
      if let joined { identity.replace(contentOf: video, by: joined) }
    }
    return identity
  }

  /// What becomes of this run after another one, or beside it.
  ///
  /// A video may become another where it was damaged, and only away from what was damaged: two sound contents of one
  /// video are never mixed. What is missing says nothing of a video. A name under which nothing could be scored may have been
  /// misspelt: it may go, and another one stand in its place.
  ///
  /// - Parameters:
  ///   - damaged: What may be left.
  ///   - scored: The videos of which the other run has scores.
  ///   - isBeside: Whether the other is another part of the run: what is left by it may still be here.
  func continuing(
    _ other: RunIdentity, damaged: DamagedContents, scored: Set<String>, isBeside: Bool = false
  ) -> Continuation {
    var found = Continuation(identity: self)
    var excused: Set<String> = []
    let (contents, former) = (self.contents, other.contents)
    for video in Set(contents.keys).union(former.keys).sorted() {
      let (before, now) = (former[video], contents[video])
      if before == now { continue }
      if let before, now == nil, !isBeside, !scored.contains(video),
        before == Self.unreadable || damaged[video]?.contains(where: { $0.content == before }) == true
      {
        found.left.append(video)
        excused.insert(video)
        continue
      }
      let known = damaged[video] ?? []
      if let before, let now, let joined = Self.joined(before, now, isScored: scored.contains(video)) {
        if joined == before { found.lost.append(video) } else { found.repaired.append(video) }
        found.identity.replace(contentOf: video, by: joined)
      } else if let kept = Self.repaired(known, before ?? Self.unreadable, now ?? Self.unreadable) {
        found.repaired.append(video)
        found.identity.replace(contentOf: video, by: kept)
      } else if isBeside, let before, Self.repaired(known, now ?? Self.unreadable, before) != nil {
        found.identity.replace(contentOf: video, by: before)
      } else {
        continue
      }
      excused.insert(video)
    }
    let new = contents.keys.filter { former[$0] == nil && !excused.contains($0) }
    if new.count <= found.left.count { excused.formUnion(new) }
    // Of a shorter list nothing need be said.
    if new.isEmpty { found.left = [] }
    found.changes = changes(since: other, butOf: excused)
    // The tasks of a video that cannot be read are not known: these are not all of the run.
    if !found.lost.isEmpty { found.identity.set(.tasks, found.repaired.isEmpty ? other[.tasks] : nil) }
    return found
  }

  /// The videos whose frames entries are about.
  var videos: [String] { entries.compactMap { Self.video(ofEntry: $0.name) } }

  /// What to say where another part of a run names the same videos in another order: parts divide the key frames in the
  /// order of the videos, each its own share. A run as a whole finds its key frames by name. Nil where nothing is to be said.
  func changeOfOrder(since other: RunIdentity) -> String? {
    let (now, before) = (videos, other.videos)
    guard let place = now.indices.first(where: { $0 >= before.count || now[$0] != before[$0] }),
      now.sorted() == before.sorted()
    else { return nil }
    return "the videos come in another order (number \(place + 1) was '\(before[place])' and is '\(now[place])')"
  }

  /// What is said of the frames of each video.
  var contents: [String: String] {
    Dictionary(
      entries.compactMap { entry in Self.video(ofEntry: entry.name).map { ($0, entry.value) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// What is said of the frames of a video.
  func content(of video: String) -> String? {
    entries.first { Self.video(ofEntry: $0.name) == video }?.value
  }

  /// What two entries of a video say together, piece by piece; nil where they contradict each other, or the first says
  /// nothing of what is scored.
  static func joined(_ before: String, _ now: String, isScored: Bool) -> String? {
    let old = VideoContent(before)
    return isScored && old.isGone ? nil : old.joined(VideoContent(now))
  }

  /// What is known of a video after damage was found in it; nil where damage excuses no such change: of a list of images
  /// only those of damaged clips may be others.
  private static func repaired(_ damaged: Set<DamagedContent>, _ before: String, _ now: String) -> String? {
    let notes = damaged.filter { $0.content == before }
    if notes.isEmpty { return nil }
    let (old, new) = (VideoContent(before), VideoContent(now))
    let frames = notes.compactMap(\.frames)
    if frames.count < notes.count || old.blocks == nil || new.blocks == nil { return now }
    return old.joined(new, damaged: frames)
  }
}

extension DamagedContents {
  mutating func add(_ others: DamagedContents) { merge(others) { $0.union($1) } }
}
