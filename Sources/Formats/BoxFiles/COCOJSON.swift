internal import JSON
internal import Wording

/// COCO's JSON: results, a list of image_id, category_id, bbox (left, top, width, height in pixels) and score; or a data
/// set, whose `annotations` have no score and whose `images` name the pictures.
///
/// COCO calls a person 1. What has a category 0 counts from there, as Ultralytics does outside COCO. Image ids are numbers
/// of frames, or names with them, where nothing says which picture they are. Source: cocodataset.org/#format-results,
/// Ultralytics' models/yolo/detect/val.py (`pred_to_json`), and MMTracking's CocoVID for videos and frame ids.
struct COCOJSON: BoxFormat {
  let name = "coco"
  let title = "COCO's JSON"

  func recognise(_ content: BoxContent) -> String? {
    guard let table = COCOTable(content), !table.isOfDetectron2, !table.isOfMovies else { return nil }
    return table.reason
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var reader = try COCOReader(self, content, images: images, isOfMovies: false)
    return try reader.read()
  }
}

/// Detectron2's coco_instances_results.json: COCO's results, with masks or key points beside the boxes. A data set that was
/// registered without COCO's ids counts categories from 0. Source: Detectron2's evaluation/coco_evaluation.py
/// (`instances_to_coco_json`).
struct Detectron2JSON: BoxFormat {
  let name = "detectron2"
  let title = "Detectron2's JSON of instances"

  func recognise(_ content: BoxContent) -> String? {
    guard let table = COCOTable(content), table.isOfDetectron2, !table.isOfMovies else { return nil }
    return "COCO's results in a file of Detectron2's name, or with masks or key points"
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var reader = try COCOReader(self, content, images: images, isOfMovies: false)
    return try reader.read()
  }
}

/// AlphAction's boxes: COCO's results whose image id is ten thousand times a film's number plus the second, and data sets
/// whose images have a movie and a timestamp. Source: AlphAction's tools/ava/csv2COCO.py and dataset/datasets/ava.py.
struct AlphActionJSON: BoxFormat {
  let name = "alphaction"
  let title = "AlphAction's JSON"

  func recognise(_ content: BoxContent) -> String? {
    guard let table = COCOTable(content) else { return nil }
    if table.isOfMovies { return table.movieReason }
    // Few frames may look like seconds: then both are named.
    return table.mayBeOfMovies ? "image ids that may be AVA's seconds 895 to 1805" : nil
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var reader = try COCOReader(self, content, images: images, isOfMovies: true)
    return try reader.read()
  }
}

/// What a JSON value in COCO's form has.
struct COCOTable {
  /// Results or annotations.
  let items: [JSONValue]
  /// Where they stand, for messages.
  let name: String
  let images: [JSONValue]
  let categories: [JSONValue]
  let videos: [JSONValue]
  let isOfDetectron2: Bool

  /// AlphAction's ids of pictures: a film's number times this, plus the second.
  static let movieFactor = 10_000
  private static let seconds = 895...1805

  /// Nil for JSON of another form.
  init?(_ content: BoxContent) {
    guard case .success(let root)? = content.json else { return nil }
    self.init(root, fileName: content.path)
  }

  init?(_ root: JSONValue, fileName: String) {
    switch root {
    case .array(let values):
      (items, name, images, categories, videos) = (values, "results", [], [], [])
    case .object:
      guard case .array(let values)? = root["annotations"] else { return nil }
      (items, name) = (values, "annotations")
      (images, categories, videos) = (
        root["images"]?.values ?? [], root["categories"]?.values ?? [], root["videos"]?.values ?? []
      )
    default: return nil
    }
    let first = items.first
    if let first {
      if first["image_id"] == nil || first["bbox"] == nil { return nil }
    } else if name == "annotations" && images.isEmpty {
      return nil
    }
    isOfDetectron2 =
      name == "results"
      && (fileName.contains("coco_instances_results") || first?["segmentation"] != nil || first?["keypoints"] != nil)
  }

  var reason: String {
    // Nobody is on any picture.
    if items.isEmpty { return name == "results" ? "an empty list" : "images without annotations" }
    return name == "results"
      ? "a list of objects with image_id and bbox" : "annotations with image_id and bbox, and images"
  }

  /// Whether pictures are seconds of films: their own data say so, or ids that are far too large for frames.
  var isOfMovies: Bool {
    if !images.isEmpty { return images[0]["movie"] != nil && images[0]["timestamp"] != nil }
    return mayBeOfMovies && items.contains { Self.id($0) ?? 0 >= Self.movieFactor }
  }

  var movieReason: String {
    images.isEmpty ? "image ids that are a film's number and a second of AVA's" : "images with movie and timestamp"
  }

  /// Whether every image id may hold a second of AVA's.
  var mayBeOfMovies: Bool {
    images.isEmpty && !items.isEmpty
      && items.allSatisfy { item in
        guard let id = Self.id(item), item["file_name"] == nil else { return false }
        return id >= 0 && Self.seconds.contains(id % Self.movieFactor)
      }
  }

  private static func id(_ item: JSONValue) -> Int? {
    guard case .number(let number)? = item["image_id"] else { return nil }
    return number.int
  }
}
