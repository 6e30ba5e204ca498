internal import Wording

/// What the columns of a table hold, told by their names.
struct HeaderColumns {
  enum Role: String, CaseIterable {
    case video, picture, frame, second, millisecond
    case left, top, right, bottom, width, height, centreX, centreY
    case imageWidth, imageHeight
    case className, classNumber, score, track
  }

  /// Names in small letters and digits alone.
  private static let names: [Role: [String]] = [
    .video: [
      "video", "videoid", "videoname", "videofile", "file", "filename", "filepath", "path", "source", "sequence", "seq",
      "clip", "movie",
    ],
    .picture: ["image", "imagename", "imagefile", "imagefilename", "imagepath", "picture", "picturename", "img"],
    .frame: ["frame", "frameid", "frameindex", "frameidx", "framenumber", "framenum", "frameno", "framenr"],
    .second: [
      "second", "seconds", "sec", "time", "times", "timestamp", "timesec", "timeseconds", "timestamps", "timecode", "t",
    ],
    .millisecond: ["ms", "millisecond", "milliseconds", "timems", "timestampms"],
    .left: ["x1", "xmin", "left", "xtl", "bbleft", "bboxleft", "boxleft", "bboxx1", "boxx1", "x", "bboxx", "boxx"],
    .top: ["y1", "ymin", "top", "ytl", "bbtop", "bboxtop", "boxtop", "bboxy1", "boxy1", "y", "bboxy", "boxy"],
    .right: ["x2", "xmax", "right", "xbr", "bbright", "bboxright", "boxright", "bboxx2", "boxx2"],
    .bottom: ["y2", "ymax", "bottom", "ybr", "bbbottom", "bboxbottom", "boxbottom", "bboxy2", "boxy2"],
    .width: ["w", "width", "bbwidth", "bboxwidth", "boxwidth", "bboxw", "boxw"],
    .height: ["h", "height", "bbheight", "bboxheight", "boxheight", "bboxh", "boxh"],
    .centreX: ["cx", "xc", "xcenter", "xcentre", "centerx", "centrex"],
    .centreY: ["cy", "yc", "ycenter", "ycentre", "centery", "centrey"],
    .imageWidth: ["imagewidth", "imgwidth", "framewidth", "videowidth", "imagew", "imgw"],
    .imageHeight: ["imageheight", "imgheight", "frameheight", "videoheight", "imageh", "imgh"],
    .className: ["name", "classname", "label", "labelname", "category", "categoryname", "objectclass", "type"],
    .classNumber: ["class", "cls", "classid", "categoryid", "labelid"],
    .score: ["score", "scores", "conf", "confidence", "prob", "probability", "detectionscore"],
    .track: [
      "track", "trackid", "trackerid", "tracknumber", "trackno", "trackidx", "trackindex", "trackingid", "tracklet",
      "trackletid",
      "personid", "pid", "objectid", "objid", "instanceid", "targetid", "tid", "identity", "id",
    ],
  ]

  private let columns: [String]
  private var places: [Role: Int] = [:]

  /// - Returns: Nil where the fields are no names: a number is among them.
  init?(_ fields: [String]) {
    guard fields.count >= 5, fields.allSatisfy({ finiteNumber($0) == nil }) else { return nil }
    columns = fields
    let plain = fields.map(Self.plain)
    for role in Role.allCases {
      // The names of a role are in the order of their weight.
      places[role] = Self.names[role]?.lazy.compactMap { plain.firstIndex(of: $0) }.first
    }
    // A picture's size beside corners, as in TensorFlow's lists.
    if places[.right] != nil && places[.bottom] != nil {
      if places[.imageWidth] == nil { places[.imageWidth] = places[.width] }
      if places[.imageHeight] == nil { places[.imageHeight] = places[.height] }
      (places[.width], places[.height]) = (nil, nil)
    }
  }

  /// The column that has whole boxes, as in "[10, 6, 30, 56]", of a header without columns of their numbers; nil for other headers.
  static func listColumn(_ fields: [String]) -> String? {
    guard fields.count >= 2, fields.allSatisfy({ finiteNumber($0) == nil }) else { return nil }
    let plain = fields.map(Self.plain)
    let times = [Role.frame, .second, .millisecond, .video, .picture].flatMap { names[$0] ?? [] }
    if !plain.contains(where: times.contains) || HeaderColumns(fields)?.missing == nil && fields.count >= 5 {
      return nil
    }
    return plain.firstIndex { boxNames.contains($0) }.map { fields[$0] }
  }

  /// What a column of whole boxes is called.
  private static let boxNames: Set = ["bbox", "box", "bboxes", "boxes", "boundingbox", "xyxy", "xywh", "ltwh", "tlwh"]

  subscript(_ role: Role) -> Int? { places[role] }

  /// The column's own name.
  func name(_ role: Role) -> String { places[role].map { columns[$0] } ?? role.rawValue }

  /// Whether the box is given by a width and a height.
  var isSize: Bool { places[.width] != nil && places[.height] != nil }
  var isCentred: Bool { isSize && places[.centreX] != nil && places[.centreY] != nil }

  /// The four columns of the box, in order.
  var boxRoles: [Role] {
    isCentred
      ? [.centreX, .centreY, .width, .height]
      : isSize ? [.left, .top, .width, .height] : [.left, .top, .right, .bottom]
  }

  /// What the header lacks; nil where all is there.
  var missing: String? {
    if [.frame, .second, .millisecond, .video, .picture].allSatisfy({ places[$0] == nil }) {
      return "a frame or a second"
    }
    if let role = boxRoles.first(where: { places[$0] == nil }) {
      return "a box (x1, y1, x2, y2, or x, y, width, height): there is no column '\(role.rawValue)'"
    }
    return nil
  }

  /// Whether these are the columns that `AVARecords` reads, in their order.
  var isInAVAsOrder: Bool {
    columns.count == 8 && places[.frame] == nil && places[.second] == 1 && boxRoles.map { places[$0] } == [2, 3, 4, 5]
      && !isSize && places[.score] == 7
  }

  /// Columns that nothing reads and that look like ids, where no column says who is who.
  var unreadIDs: [String] {
    if places[.track] != nil { return [] }
    let known = Set(Self.names.values.joined())
    return columns.filter { column in
      let plain = Self.plain(column)
      if known.contains(plain) || Self.noIDs.contains(where: { plain.hasSuffix($0) }) { return false }
      return plain.hasSuffix("id") || plain.hasPrefix("track") || plain.hasPrefix("identi")
    }
  }

  /// Words that end like an id.
  private static let noIDs = ["valid", "grid", "centroid", "void"]

  private static func plain(_ name: String) -> String {
    name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  /// Which columns are read.
  var summary: String {
    listed(Role.allCases.compactMap { role in places[role].map { columns[$0] } }, limit: 12)
  }
}
