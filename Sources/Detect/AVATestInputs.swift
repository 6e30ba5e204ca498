internal import AVARecords
internal import Configuration
internal import Files
internal import Wording

/// The files that an AVA test's configuration names.
struct AVATestInputs {
  /// A file with the keys that name it.
  private struct Input {
    let doing: String
    let path: String
    let keys: [String]
    /// What to do where there is no such file and none is needed.
    var spare: String?
  }

  let config: Configuration
  let frameLists: [String]
  let proposals: [String]
  let labelMap: String
  /// Nil where the config names none.
  let exclusions: String?
  let groundTruth: String?

  init(_ config: Configuration) {
    self.config = config
    let annotations = config[.avaAnnotationDir]
    func annotation(_ key: Key<String>) -> String? {
      let name = config[key]
      return name.isEmpty ? nil : joinPath(annotations, name)
    }
    frameLists = config[.avaTestLists].map { joinPath(config[.avaFrameListDir], $0) }
    proposals = config[.avaTestPredictBoxLists].map { joinPath(annotations, $0) }
    labelMap = joinPath(annotations, config[.avaLabelMapFile])
    exclusions = annotation(.avaExclusionFile)
    groundTruth = annotation(.avaGroundtruthFile)
  }

  /// All of them.
  var files: [String] { frameLists + proposals + [labelMap] + [exclusions, groundTruth].compactMap(\.self) }

  /// Whether all of these files can be opened.
  func canRead(_ paths: [String]) -> Bool { !paths.isEmpty && paths.allSatisfy { fault($0, "reading") == nil } }

  /// What cannot be opened, a text for each: all at once, so that a data set of one's own is not mended run by run.
  var faults: [String] {
    var faults: [String] = []
    for (key, paths) in [(Key.avaTestLists.name, frameLists), (Key.avaTestPredictBoxLists.name, proposals)]
    where paths.isEmpty {
      faults.append(nameless(key))
    }
    var inputs = frameLists.map {
      Input(doing: "reading the frame list", path: $0, keys: [Key.avaFrameListDir.name, Key.avaTestLists.name])
    }
    func add(_ doing: String, _ paths: [String], _ key: String, spare: String? = nil) {
      inputs += paths.map { Input(doing: doing, path: $0, keys: [Key.avaAnnotationDir.name, key], spare: spare) }
    }
    add("reading the proposals", proposals, Key.avaTestPredictBoxLists.name)
    add("reading the label map", [labelMap], Key.avaLabelMapFile.name)
    add(
      "reading the exclusions", [exclusions].compactMap(\.self), Key.avaExclusionFile.name,
      spare: "give AVA.EXCLUSION_FILE '' if every key frame counts")
    add(
      "reading the ground truth", [groundTruth].compactMap(\.self), Key.avaGroundtruthFile.name,
      spare: "give AVA.GROUNDTRUTH_FILE '' to write detections without mAP")
    for input in inputs {
      guard let reason = fault(input.path, input.doing) else { continue }
      let spare = input.spare.map { "; \($0)" } ?? ""
      faults.append("\(reason)\(spare)\(AVATestInputs.origin(input.keys.map { config.cite($0) }))")
    }
    return faults
  }

  /// What is wrong where no video's first image is there: not a video is damaged then, but the folder another one.
  ///
  /// - Parameter isNeeded: Whether frames of a video will be read.
  func missingFrames(_ list: FrameList, isNeeded: (String) -> Bool) -> String? {
    let needed = list.videos.filter { isNeeded($0.name) && $0.count > 0 }
    let videos = needed.filter { !pathExists($0.path(ofFrame: 0)) }
    guard let first = videos.first, videos.count == needed.count else { return nil }
    return "looking for frames: no picture '\(first.path(ofFrame: 0))', the first of \(listed(videos.map(\.name)))"
      + " -> give the folder that the list's paths begin in"
      + AVATestInputs.origin([config.cite(.avaFrameDir)])
  }

  /// Where a name was taken from.
  static func origin(_ keys: [String]) -> String {
    "\n         the name comes from \(keys.joined(separator: " and "))"
  }

  private func nameless(_ key: String) -> String {
    "it names no file\(AVATestInputs.origin([config.cite(key)]))"
  }

  private func fault(_ path: String, _ doing: String) -> String? {
    do throws(FileError) {
      try checkReadable(path, doing: doing)
      return nil
    } catch { return "\(error)" }
  }
}
