internal import BoxFiles
internal import Files
internal import Wording

/// Which pictures of folders, given as videos, the boxes of a file are of by what their pictures are called.
///
/// The number in a picture's name is no count: folders begin at 10, at 0, or hold every n-th picture. So the names are those of a
/// folder's pictures where more than half of them are, or where counting the numbers as frames fits no more of them. Zeros before a
/// number do not matter; but as a name with fewer zeros may be that of a video's frame, counting must then fit no more.
struct PicturesByName {
  /// A picture of a video, its number from 0; nil for one that the folder has not.
  struct Found {
    let video: String
    let index: Int?
  }

  /// The names of a folder's pictures.
  private struct Folder {
    let count: Int
    private var exact: [String: Int] = [:]
    /// By names without zeros; nil for those that two pictures have.
    private var plain: [String: Int?] = [:]

    init(_ names: [String]) {
      count = names.count
      for (index, name) in names.enumerated() {
        let stem = PictureName.stem(name)
        if exact[stem] == nil { exact[stem] = index }
        let plainStem = PictureName.plainStem(name)
        if let other = plain[plainStem] {
          if let other, PictureName.stem(names[other]) != stem { plain[plainStem] = .some(nil) }
        } else {
          plain[plainStem] = index
        }
      }
    }

    func index(of path: String) -> (index: Int, isExact: Bool)? {
      // A label may be called like the picture with its ending.
      if let index = exact[PictureName.stem(path)] { return (index, true) }
      return (plain[PictureName.plainStem(path)] ?? nil).map { ($0, false) }
    }
  }

  private struct Key: Hashable {
    let path: String
    /// The file that says it, where each is of a video of its own.
    let file: Int
  }

  /// What is known of a name before it is decided of the video.
  private struct Name {
    let key: Key
    let picture: PictureName?
    let home: String
    let match: (index: Int, isExact: Bool)?
  }

  private let hasFilePerVideo: Bool
  private var found: [Key: Found] = [:]
  /// The videos whose pictures are taken by their names.
  private(set) var videos: Set<String> = []
  private(set) var remarks: [String] = []
  private(set) var notices: [String] = []

  /// - Parameters:
  ///   - pictures: What the pictures of videos that are folders are called, frame by frame.
  ///   - isCounted: Whether the call has said that numbers are counted.
  init(_ file: BoxFile, _ pictures: [String: [String]], videos names: [String], isCounted: Bool) {
    hasFilePerVideo = file.hasFilePerVideo
    if pictures.isEmpty || isCounted { return }
    let folders = pictures.mapValues { Folder($0) }
    var known: [Name] = []
    var others: [(key: Key, picture: PictureName?, owner: String)] = []
    var seen: Set<Key> = []
    for record in file.records {
      guard case .picture(let path, _) = record.position else { continue }
      let key = key(path, record.place.file)
      guard seen.insert(key).inserted else { continue }
      let picture = PictureName(path, videos: names)
      let folder = PictureName.folder(of: path)
      func add(_ home: String) {
        known.append(Name(key: key, picture: picture, home: home, match: folders[home]?.index(of: path)))
      }
      if let home = [folder, picture?.video].compactMap(\.self).first(where: names.contains) {
        if folders[home] != nil { add(home) }
      } else if folder == nil {
        let own = fileStem(file.files[record.place.file])
        let owner = file.hasFilePerVideo ? names.first { $0 == own } : file.onlyVideo(of: names)
        if let owner, folders[owner]?.index(of: path) != nil {
          add(owner)
        } else if let owner, folders[owner] != nil {
          others.append((key, picture, owner))
        } else if owner == nil, !file.hasFilePerVideo {
          let fitting = names.filter { folders[$0]?.index(of: path) != nil }
          if fitting.count == 1 { add(fitting[0]) }
        }
      }
    }
    // What is called like pictures that a folder has is of that folder, whatever that first part of the names is.
    var beginnings: [String: Set<String>] = [:]
    for name in known { if let video = name.picture?.video { beginnings[name.home, default: []].insert(video) } }
    for (key, picture, owner) in others {
      if let video = picture?.video, beginnings[owner]?.contains(video) != true { continue }
      known.append(Name(key: key, picture: picture, home: owner, match: nil))
    }
    for video in names {
      let own = known.filter { $0.home == video }
      if let folder = folders[video], !own.isEmpty { settle(video, folder.count, own, file) }
    }
  }

  /// The picture that a box of a path is of by its name; nil where names do not say it.
  subscript(_ path: String, _ file: Int) -> Found? { found[key(path, file)] }

  private func key(_ path: String, _ file: Int) -> Key { Key(path: path, file: hasFilePerVideo ? file : 0) }

  private mutating func settle(_ video: String, _ count: Int, _ names: [Name], _ file: BoxFile) {
    let matches = names.compactMap(\.match)
    let numbers = names.compactMap { $0.picture?.frame }
    let first = file.firstFrame(least: numbers.min() ?? 1)
    let countable = numbers.count { $0 >= first && $0 - first < count }
    guard let example = names.first(where: { $0.match != nil }), let index = example.match?.index else {
      remarks.append(
        "proposals: no picture of '\(video)' is called as those of the boxes, first '\(names[0].key.path)': the numbers of "
          + "their names are counted")
      return
    }
    guard matches.count(where: \.isExact) * 2 > names.count || matches.count >= countable else {
      let other = names.first { $0.match == nil } ?? names[0]
      notices.append(
        "proposals: \(matches.count) of \(counted(names.count, "picture")) with boxes are called as pictures of '\(video)', "
          + "others are not, first '\(other.key.path)': the numbers of their names are counted -> give the folder that they are of, or "
          + "say with --proposals-first-frame what its first picture counts as")
      return
    }
    videos.insert(video)
    for name in names { found[name.key] = Found(video: video, index: name.match?.index) }
    remarks.append(
      "proposals: boxes of '\(video)' are at the pictures that are called as theirs, '\(example.key.path)' at picture \(index + 1) of "
        + "\(count) (--proposals-first-frame counts the numbers instead)")
  }
}

extension BoxFile {
  /// The video whose are the boxes that name none; nil where that is not known of all of them.
  func onlyVideo(of names: [String]) -> String? {
    let own = fileStem(path)
    return hasFilePerVideo ? nil : names.count == 1 ? names[0] : names.contains(own) ? own : nil
  }
}
