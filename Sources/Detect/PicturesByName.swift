internal import BoxFiles
internal import Files
internal import Wording

/// Of which video, and of which of its pictures, the boxes of a file are by what their pictures are called.
///
/// What says more decides: the given video whose folder a picture lies in; the given picture that is called exactly like it; the given
/// video that its name begins with; the video that the file is of. In a folder that is given as a video, names are those of its
/// pictures where more than half of the boxes' pictures, or of the folder's, are called exactly so (the number in a name is no count:
/// folders begin at 10, at 0, or hold every n-th picture), or where counting the numbers as frames fits no more of them, or not all. A
/// still picture has no frames that could be counted.
struct PicturesByName {
  /// What a name says.
  enum Reading {
    /// A picture that is given, its number from 0; nil for one that the video has not.
    case picture(video: String, index: Int?)
    /// The number that a frame of a video has, which may be none of those that are given; nil for the video, or the number, where
    /// the name does not say it.
    case frame(video: String?, number: Int?)
  }

  /// A picture of a video.
  private struct Place {
    let video: String
    let index: Int
    let stem: String
  }

  /// The pictures of all videos that are folders, or still ones, by their names.
  private struct Index {
    private(set) var counts: [String: Int] = [:]
    private(set) var stills: Set<String> = []
    private var exact: [String: [Place]] = [:]
    /// By names in small letters.
    private var folded: [String: [Place]] = [:]
    /// By the same without zeros.
    private var plain: [String: [Place]] = [:]

    init(_ pictures: [String: [String]]) {
      for (video, names) in pictures {
        counts[video] = names.count
        for (index, name) in names.enumerated() {
          let place = Place(video: video, index: index, stem: PictureName.stem(name))
          if names.count == 1, place.stem == video { stills.insert(video) }
          exact[place.stem, default: []].append(place)
          folded[place.stem.lowercased(), default: []].append(place)
          plain[PictureName.plainStem(name).lowercased(), default: []].append(place)
        }
      }
    }

    /// The pictures that are called exactly so, small and large letters aside where that leaves one of each video.
    func exact(_ path: String) -> [Place] {
      // A label may be called like the picture with its ending.
      let stem = PictureName.stem(path)
      if let places = exact[stem] { return places }
      return folded[stem.lowercased()].map(Self.unique) ?? []
    }

    func match(_ path: String, of video: String) -> (index: Int, isExact: Bool)? {
      if let place = exact(path).first(where: { $0.video == video }) { return (place.index, true) }
      return similar(path).first { $0.video == video }.map { ($0.index, false) }
    }

    /// The pictures that are called so but for zeros before a number.
    func similar(_ path: String) -> [Place] { plain[PictureName.plainStem(path).lowercased()].map(Self.unique) ?? [] }

    /// Of each video the picture, where all of the video have one name.
    private static func unique(_ places: [Place]) -> [Place] {
      Dictionary(grouping: places, by: \.video).values.compactMap { own in
        own.allSatisfy { $0.stem == own[0].stem } ? own[0] : nil
      }
    }
  }

  private struct Key: Hashable {
    let path: String
    /// The video that the file says beside it.
    let video: String?
    /// The file that says it, where each is of a video of its own.
    let file: Int
  }

  /// What is known of a name before it is decided of the video.
  private struct Name {
    let key: Key
    let picture: PictureName?
    /// Its number beside it or in it.
    let number: Int?
    /// Whether the number is in the name alone.
    let isCalled: Bool
    let match: (index: Int, isExact: Bool)?
  }

  /// What messages call the options.
  private let options: ProposalOptions.Names
  private let hasFilePerVideo: Bool
  private let names: [String]
  private let index: Index
  /// The videos that have frames to count.
  private let movers: [String]
  private let onlyVideo: String?
  /// Whether a picture's name says that only video.
  private var isSaid = false
  private var readings: [Key: Reading] = [:]
  private(set) var remarks: [String] = []
  private(set) var notices: [String] = []

  /// - Parameters:
  ///   - pictures: What the pictures of videos that are folders are called, frame by frame, and those of still ones.
  ///   - isCounted: Whether the call has said that numbers are counted.
  init(
    _ file: BoxFile, _ pictures: [String: [String]], videos names: [String], isCounted: Bool,
    _ options: ProposalOptions.Names
  ) {
    self.options = options
    hasFilePerVideo = file.hasFilePerVideo
    self.names = names
    let index = Index(isCounted ? [:] : pictures)
    self.index = index
    movers = names.filter { !index.stills.contains($0) }
    onlyVideo = file.onlyVideo(of: names)
    if let onlyVideo, movers.contains(onlyVideo) {
      let paths = Set(file.records.lazy.compactMap(\.picturePath))
      isSaid = paths.contains { PictureName($0, videos: movers)?.video == onlyVideo }
    }
    var known: [String: [Name]] = [:]
    var others: [(name: Name, owner: String)] = []
    var seen: Set<Key> = []
    var all: [Name] = []
    func add(_ key: Key, _ number: Int?, _ isCalled: Bool) {
      guard seen.insert(key).inserted else { return }
      let picture = PictureName(key.path, videos: movers)
      let home = home(of: key, picture, file)
      let name = Name(
        key: key, picture: picture, number: isCalled ? picture?.frame ?? number : number, isCalled: isCalled,
        match: home.flatMap { index.match(key.path, of: $0.video) })
      all.append(name)
      readings[key] = .frame(video: home?.video ?? key.video ?? picture?.video, number: name.number)
      guard let home, index.counts[home.video] != nil else { return }
      if home.isSaid || name.match != nil {
        known[home.video, default: []].append(name)
      } else {
        others.append((name, home.video))
      }
    }
    for record in file.records {
      switch record.position {
      case .picture(let path, let number): add(key(path, record.video, record.place.file), number, true)
      case .frame(let number):
        if let path = record.picture { add(key(path, record.video, record.place.file), number, false) }
      case .second, .time: if let path = record.picture { add(key(path, record.video, record.place.file), nil, false) }
      }
    }
    // Pictures without boxes show what all are called.
    if !hasFilePerVideo { for path in file.pictures { add(key(path, nil, 0), nil, true) } }
    // What is called like pictures that a folder has is of that folder, whatever that first part of the names is.
    let beginnings = known.mapValues { Set($0.compactMap { $0.picture?.video }) }
    for (name, owner) in others {
      if let video = name.picture?.video, beginnings[owner]?.contains(video) != true, !index.stills.contains(owner) {
        readings[name.key] = .frame(video: video, number: name.number)
      } else {
        known[owner, default: []].append(name)
      }
    }
    for video in names {
      if let own = known[video], let count = index.counts[video] { settle(video, count, own, file) }
    }
    sayIDs(all)
  }

  /// Says where nothing but an id says which frame a picture is.
  private mutating func sayIDs(_ names: [Name]) {
    let own = names.filter { name in
      guard name.isCalled, name.picture == nil, name.number != nil, case .frame? = readings[name.key] else {
        return false
      }
      return true
    }
    guard let first = own.first else { return }
    notices.append(
      "\(options.lead)the names of \(counted(own.count, "picture")) end in no number, first '\(first.key.path)': the ids that they have in the "
        + "file are taken for the numbers of frames -> call pictures VIDEO_NUMBER where they are not")
  }

  /// What the name of a box's picture says; nil for a box that has none.
  subscript(_ record: BoxRecord) -> Reading? {
    if case .picture(let path, _) = record.position { return readings[key(path, record.video, record.place.file)] }
    return record.picture.flatMap { readings[key($0, record.video, record.place.file)] }
  }

  /// What the name of a picture says that a file lists, with boxes or without.
  subscript(listed path: String) -> Reading? {
    if !hasFilePerVideo { return readings[key(path, nil, 0)] }
    return PictureName(path, videos: movers).map { .frame(video: $0.video, number: $0.frame) }
  }

  private func key(_ path: String, _ video: String?, _ file: Int) -> Key {
    Key(path: path, video: video, file: hasFilePerVideo ? file : 0)
  }

  /// The given video that a picture is of, and whether its name says that; nil for others.
  private func home(of key: Key, _ picture: PictureName?, _ file: BoxFile) -> (video: String, isSaid: Bool)? {
    if let said = key.video {
      if let video = BoxFile.video(said, of: names) { return (video, true) }
      // One column may have either.
      if PictureName.stem(said) != PictureName.stem(key.path) { return nil }
    }
    if let folder = PictureName.folder(of: key.path, among: names) { return (folder, true) }
    let isElsewhere = PictureName.folder(of: key.path) != nil
    if !isElsewhere, let video = Self.only(index.exact(key.path)) { return (video, true) }
    if let video = picture?.video, movers.contains(video) { return (video, true) }
    if isElsewhere || key.video != nil { return nil }
    if hasFilePerVideo {
      let own = fileStem(file.files[key.file])
      return names.contains(own) ? (own, false) : nil
    }
    if let onlyVideo {
      // Where names say it, those that say something else are another video's.
      let isOther = isSaid && picture?.video != onlyVideo && Int(PictureName.stem(key.path)) == nil
      return isOther ? nil : (onlyVideo, false)
    }
    return Self.only(index.similar(key.path)).map { ($0, true) }
  }

  /// The video whose all these pictures are; nil for those of several, and for none.
  private static func only(_ places: [Place]) -> String? {
    places.first.flatMap { first in places.allSatisfy { $0.video == first.video } ? first.video : nil }
  }

  private mutating func settle(_ video: String, _ count: Int, _ names: [Name], _ file: BoxFile) {
    let matches = names.compactMap(\.match)
    let exact = matches.count(where: \.isExact)
    let numbers = names.compactMap(\.number)
    let first = file.firstFrame(least: numbers.min() ?? 1)
    let countable = numbers.count { $0 >= first && $0 - first < count }
    if index.stills.contains(video) {
      for name in names {
        let isCounted = name.match == nil && (!name.isCalled || PictureName.folder(of: name.key.path) == video)
        if !isCounted { readings[name.key] = .picture(video: video, index: name.match?.index) }
      }
      return
    }
    guard let example = names.first(where: { $0.match != nil }), let place = example.match?.index else {
      if let name = names.first(where: \.isCalled) {
        remarks.append(
          "\(options.lead)no picture of '\(video)' is called as those of the boxes, first '\(name.key.path)': the numbers of "
            + "their names are counted")
      }
      return
    }
    // Numbers of which some are beyond the folder count another one's pictures.
    guard exact * 2 > min(names.count, count) || matches.count >= countable || countable < numbers.count else {
      let other = names.first { $0.match == nil } ?? names[0]
      notices.append(
        "\(options.lead)\(matches.count) of \(counted(names.count, "picture")) of the file are called as pictures of '\(video)', "
          + "others are not, first '\(other.key.path)': the numbers of their names are counted -> give the folder that they are of"
          + (options.firstFrame.map { ", or say with \($0) what its first picture counts as" } ?? ""))
      return
    }
    for name in names { readings[name.key] = .picture(video: video, index: name.match?.index) }
    remarks.append(
      "\(options.lead)boxes of '\(video)' are at the pictures that are called as theirs, '\(example.key.path)' at picture \(place + 1) of "
        + "\(count)\(options.aside(options.firstFrame, " counts the numbers instead"))")
  }
}

extension BoxRecord {
  /// What the picture is called that the box is on; nil where the file names none.
  fileprivate var picturePath: String? {
    if case .picture(let path, _) = position { return path }
    return picture
  }
}

extension BoxFile {
  /// The one of some videos that a file's name of a video means, perhaps with folder and ending; nil for others.
  static func video(_ name: String, of names: [String]) -> String? {
    if names.contains(name) { return name }
    let stem = fileStem(name.replacing("\\", with: "/"))
    return names.contains(stem) ? stem : nil
  }

  /// The video whose are the boxes that name none; nil where that is not known of all of them.
  func onlyVideo(of names: [String]) -> String? {
    let own = fileStem(path)
    return hasFilePerVideo ? nil : names.count == 1 ? names[0] : names.contains(own) ? own : nil
  }
}
