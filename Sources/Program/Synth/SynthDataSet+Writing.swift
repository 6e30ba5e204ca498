internal import Files
internal import ImageFiles
internal import Imaging

extension SynthDataSet {
  /// The files that `write` makes in a folder, but for the label map, which all data sets share; of a video's images
  /// the first stands for all.
  public func outputs(in folder: String) -> [String] {
    let annotations = ["groundtruth.csv", "proposals.csv"] + (split == .val ? ["exclusions.csv"] : [])
    var files = annotations.map { "annotations/\(split.filePrefix)\($0)" }
    if format != .mp4 { files.append("frame_lists/\(split.rawValue).csv") }
    for index in 0..<videos {
      let shot = shot(index)
      if format != .mp4 { files.append("frames/\(shot.name)/\(shot.fileName(0))") }
      if format != .frames { files.append("videos/\(shot.name).mp4") }
      if hasTracks { files += ["gt/gt.txt", "det/det.txt", "seqinfo.ini"].map { "tracks/\(shot.name)/\($0)" } }
    }
    return files.map { joinPath(folder, $0) }
  }

  /// Writes all files; videos are drawn on several threads, which changes no byte.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing; files of the same names are replaced.
  ///   - threads: Nil takes the processors that this process may run on.
  ///   - progress: Called after every image with the number of images so far, by one thread at a time.
  /// - Throws: The error of the drawing or writing that failed first in the order of videos.
  public func write(to folder: String, threads: Int? = nil, progress: (Int) -> Void = { _ in }) throws {
    let rows = try drawn(videos, threads: threads, progress: progress) { index, drawn in
      try write(shot(index), to: folder, drawn: drawn)
    }
    var all = Annotations()
    for each in rows { all.append(each) }
    try write(all, to: folder)
  }

  private func write(_ all: Annotations, to folder: String) throws {
    func annotation(_ name: String) -> String { joinPath(folder, "annotations/\(split.filePrefix)\(name)") }
    if format != .mp4 {
      try writeFile(
        joinPath(folder, "frame_lists/\(split.rawValue).csv"),
        "original_vido_id video_id frame_id path labels\n" + all.frames)
    }
    try writeFile(annotation("groundtruth.csv"), all.truth)
    try writeFile(annotation("proposals.csv"), all.proposals)
    if split == .val { try writeFile(annotation("exclusions.csv"), all.exclusions) }
    let labels = activityClassNames.map { "item {\n  name: \"\($0.name)\"\n  id: \($0.id)\n}\n" }
    try writeFile(joinPath(folder, "annotations/labelmap.pbtxt"), labels.joined())
  }

  /// Writes one video and returns its rows.
  private func write(_ shot: Shot, to folder: String, drawn: () -> Void) throws -> Annotations {
    if format != .mp4 { try writeFrames(of: shot, to: folder, drawn: drawn) }
    if format != .frames { try shot.writeVideo(to: joinPath(folder, "videos/\(shot.name).mp4"), drawn: drawn) }
    if hasTracks { try writeTracks(of: shot, to: joinPath(folder, "tracks/\(shot.name)")) }
    return annotations(of: shot)
  }

  private func writeTracks(of shot: Shot, to folder: String) throws {
    let truth = TrackTruth(of: shot, frames: framesPerVideo, rate: SynthDataSet.framesPerSecond)
    try writeFile(joinPath(folder, "gt/gt.txt"), truth.people)
    try writeFile(joinPath(folder, "det/det.txt"), truth.detections)
    try writeFile(joinPath(folder, "seqinfo.ini"), truth.sequence)
  }

  private func writeFrames(of shot: Shot, to folder: String, drawn: () -> Void) throws {
    let images = joinPath(folder, "frames/\(shot.name)")
    try makeFolder(images)
    if pathExists(joinPath(images, shot.fileName(framesPerVideo))) {
      throw SynthError.longerVideo(folder: images, frames: framesPerVideo)
    }
    let film = try Film(of: shot.world, size: shot.size)
    for frame in 0..<framesPerVideo {
      let image = try film.image(at: Double(frame) / Double(SynthDataSet.framesPerSecond))
      try writeJPEG(image, to: joinPath(images, shot.fileName(frame)), quality: 92)
      drawn()
    }
  }
}
