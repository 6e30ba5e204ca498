internal import Files
internal import Geometry
internal import JSON
internal import Wording

/// Reads COCO's JSON and what is made after it.
struct COCOReader {
  /// What is known of a picture.
  private struct Picture {
    var video: String?
    var position: BoxRecord.Position
    /// Its id, where that is a number and may be its name.
    var name: String?
    var second: BoxRecord.Second?
    var size: ImageSize?
  }

  private var builder: BoxFileBuilder
  private let table: COCOTable
  private let isOfMovies: Bool
  /// By id; nil where no file has any.
  private var pictures: [String: Picture]?
  private let picturesPath: String
  private let imagesOption: String?

  init(_ format: some BoxFormat, _ content: BoxContent, images: BoxContent?, isOfMovies: Bool) throws {
    let root = try content.requiredJSON()
    builder = BoxFileBuilder(format, content)
    self.isOfMovies = isOfMovies
    guard let table = COCOTable(root, fileName: content.path) else {
      throw builder.fault(
        expected: "a list of objects with image_id and bbox, or an object with such annotations",
        found: "JSON of another form", advice: "give the right file, or another --proposals-format")
    }
    self.table = table
    imagesOption = content.options.images
    var named = table
    picturesPath = images?.path ?? content.path
    if let images {
      let value = try images.requiredJSON()
      guard case .array(let list)? = value["images"], !list.isEmpty else {
        throw BoxFileError.malformed(
          path: images.path, place: "", expected: "an object with images", found: "none",
          advice: "give the data set's annotation file as --proposals-images")
      }
      named = COCOTable(images: list, value, like: table)
    }
    if !named.images.isEmpty {
      let pictures = try pictures(of: named)
      for picture in pictures.values {
        switch picture.position {
        case .picture(let path, _): builder.file.pictures.append(path)
        // Frame ids of CocoVID count from 0.
        case .frame: builder.file.firstFrame = 0
        case .second, .time: break
        }
      }
      self.pictures = pictures
    }
    for category in named.categories {
      if case .number(let id)? = category["id"], let id = id.int, case .string(let name)? = category["name"] {
        builder.file.classNames[id] = name
      }
    }
  }

  /// - Throws: `BoxFileError`.
  mutating func read() throws -> BoxFile {
    var movie: Int?
    for (index, item) in table.items.enumerated() {
      let place = BoxRecord.Place(file: 0, part: .item, number: index)
      if case .array(let values)? = item["bbox"], values.isEmpty {
        builder.leaveOut("annotation without a box")
        continue
      }
      let values = try box(item, place)
      let picture = try picture(of: item, place, movie: &movie)
      try builder.add(
        values, isSize: true, at: picture.position, second: picture.second, video: picture.video,
        picture: picture.name, size: picture.size,
        classNumber: try integer(item, "category_id", place), score: try number(item, "score", place),
        trackID: try trackID(item, place), place: place)
    }
    if builder.file.classNames.isEmpty {
      builder.file.personNumber = builder.file.records.contains { $0.classNumber == 0 } ? 0 : 1
    }
    return builder.finish()
  }

  private func fault(_ place: BoxRecord.Place, _ expected: String, _ found: JSONValue?) -> BoxFileError {
    builder.fault(
      place, expected: expected, found: found.map { quoted($0.text) } ?? "nothing",
      advice: "correct or remove that item of the \(table.name), counted from 0")
  }

  private func number(_ item: JSONValue, _ name: String, _ place: BoxRecord.Place) throws -> Double? {
    switch item[name] {
    case nil, .null: return nil
    case .number(let number) where number.double.isFinite: return number.double
    default: throw fault(place, "a finite number as \(name)", item[name])
    }
  }

  private func integer(_ item: JSONValue, _ name: String, _ place: BoxRecord.Place) throws -> Int? {
    guard let value = try number(item, name, place) else { return nil }
    guard let number = whole(value) else { throw fault(place, "a whole number as \(name)", item[name]) }
    return number
  }

  /// The id of a track, a whole number of any size or a name. MMTracking calls it instance_id.
  private func trackID(_ item: JSONValue, _ place: BoxRecord.Place) throws -> String? {
    for name in ["track_id", "instance_id"] {
      switch item[name] {
      case nil, .null: continue
      case .string(let text): return text
      case .number(let number) where number.double == number.double.rounded(): return number.text
      default: throw fault(place, "a whole number or a name as \(name)", item[name])
      }
    }
    return nil
  }

  private func box(_ item: JSONValue, _ place: BoxRecord.Place) throws -> [Double] {
    let values = item["bbox"]?.values.compactMap { value -> Double? in
      guard case .number(let number) = value, number.double.isFinite else { return nil }
      return number.double
    }
    guard let values, values.count == 4, item["bbox"]?.values.count == 4 else {
      throw fault(place, "four finite numbers as bbox: left, top, width, height", item["bbox"])
    }
    return values
  }

  private func picture(of item: JSONValue, _ place: BoxRecord.Place, movie: inout Int?) throws -> Picture {
    let id: String
    switch item["image_id"] {
    case .number(let number): id = number.text
    case .string(let text): id = text
    default: throw fault(place, "a number or a name as image_id", item["image_id"])
    }
    if let pictures {
      if let picture = pictures[id] { return picture }
      throw builder.fault(
        place, expected: "an image_id that the images of '\(picturesPath)' have", found: quoted(id),
        advice: imagesOption.map { "give the annotation file that belongs to these boxes as \($0)" }
          ?? "give boxes with the file_name of their pictures")
    }
    if case .string(let file)? = item["file_name"] {
      return Picture(position: .picture(withoutPictureEnding(file), number: nil))
    }
    guard let number = Int(id) else {
      // A film and a second, as keys of AVA's data are written.
      if let comma = id.lastIndex(of: ","), let second = finiteNumber(id[id.index(after: comma)...]) {
        return Picture(video: String(id[..<comma]), position: .second(second))
      }
      return Picture(position: .picture(withoutPictureEnding(id), number: nil))
    }
    if !isOfMovies { return Picture(position: .frame(number), name: id) }
    let film = number / COCOTable.movieFactor
    if let movie, movie != film {
      throw builder.fault(
        place, expected: "boxes of one film, for these ids do not name any", found: "films \(movie) and \(film)",
        advice: imagesOption.map { "give AlphAction's ava_val_v2.2.json (or the like), which names them, as \($0)" }
          ?? "give boxes with the file_name of their pictures")
    }
    movie = film
    return Picture(position: .second(Double(number % COCOTable.movieFactor)))
  }

  private func pictures(of table: COCOTable) throws -> [String: Picture] {
    var names: [String: String] = [:]
    for video in table.videos {
      if let id = video["id"], case .string(let name)? = video["name"] { names[id.text] = name }
    }
    var pictures: [String: Picture] = [:]
    for (index, image) in table.images.enumerated() {
      func fault(_ expected: String, _ found: JSONValue?) -> BoxFileError {
        .malformed(
          path: picturesPath, place: "image \(index)", expected: expected,
          found: found.map { quoted($0.text) } ?? "nothing",
          advice: "correct or remove that item of the images, counted from 0")
      }
      let id: String
      switch image["id"] {
      case .number(let number): id = number.text
      case .string(let text): id = text
      default: throw fault("an id", image["id"])
      }
      var size: ImageSize?
      if case .number(let width)? = image["width"], case .number(let height)? = image["height"] {
        guard let width = whole(width.double), let height = whole(height.double), width > 0, height > 0 else {
          throw fault("a width and a height of a picture", image["width"])
        }
        size = ImageSize(width: width, height: height)
      }
      if case .string(let movie)? = image["movie"], case .number(let time)? = image["timestamp"], time.double.isFinite {
        pictures[id] = Picture(video: movie, position: .second(time.double), size: size)
      } else if let video = image["video_id"].flatMap({ names[$0.text] }), case .number(let frame)? = image["frame_id"],
        let frame = frame.int
      {
        var second: BoxRecord.Second?
        if case .number(let number)? = image["second"], number.double.isFinite {
          second = BoxRecord.Second(value: number.double, step: decimalStep(of: number.text))
        }
        pictures[id] = Picture(video: video, position: .frame(frame), second: second, size: size)
      } else if case .string(let file)? = image["file_name"] {
        pictures[id] = Picture(position: .picture(withoutPictureEnding(file), number: Int(id)), size: size)
      } else {
        throw fault("a file_name", image["file_name"])
      }
    }
    return pictures
  }
}

extension COCOTable {
  /// The same items with another file's pictures, and its names of what these items have as numbers.
  init(images: [JSONValue], _ file: JSONValue, like other: COCOTable) {
    (items, name, isOfDetectron2) = (other.items, other.name, other.isOfDetectron2)
    (self.images, videos) = (images, file["videos"]?.values ?? [])
    categories = other.categories.isEmpty ? file["categories"]?.values ?? [] : other.categories
  }
}
