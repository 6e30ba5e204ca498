internal import AVARecords
internal import Files
internal import Inference
internal import TrackRecords
internal import Tracks

extension VideoDetection {
  /// Finds out who is who in all videos of the run: as somebody says it, or else by the proposals' boxes. No score is needed.
  ///
  /// - Parameter path: Where the run has kept it; of videos that cannot be read any more that stays.
  /// - Throws: `TrackError`.
  public mutating func findPeople(keptIn path: String?) throws {
    let kept = path.flatMap { pathExists($0) ? try? TrackFile(paths: [$0]) : nil }.map { KnownPeople($0.videos) }
    let found = try linkedPeople(kept)
    people = found
    peopleNotices = zip(allVideos, found).compactMap { video, tracks in
      known.oddity(of: video.seen, "the proposals", in: tracks).map { "\($0)" }
    }
  }

  /// The people of a run as it keeps them; nil before `findPeople`.
  public var peopleText: String? { people?.tracksText }

  func linkedPeople(_ kept: KnownPeople? = nil) throws -> [VideoTracks] {
    try allVideos.map { video in
      if video.input == nil, known.videos[video.name] == nil, let tracks = kept?.videos[video.name] { return tracks }
      return try known.tracks(
        of: video.name, seen: video.seen, size: video.size, start: video.start)
    }
  }
}

extension ClipTask {
  /// Its boxes for whoever follows people, in seconds of the rows.
  var seen: SeenFrame {
    SeenFrame(
      time: keyFrame.time.seconds, boxes: (people ?? []).map { SeenBox($0.box, score: $0.proposalScore) })
  }

  /// The second that rows call the first frame's.
  var start: Double { keyFrame.time.seconds - moment.seconds }
}

extension VideoTracks {
  /// Without the boxes of lower scores.
  func only(from threshold: Double) -> VideoTracks {
    var chosen = self
    chosen.tracks = tracks.map { track in
      Track(id: track.id, sightings: track.sightings.filter { $0.score >= threshold })
    }.filter { !$0.sightings.isEmpty }
    return chosen
  }
}
