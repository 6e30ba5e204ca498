/// The size of a scene in its own units: every image is 256 of them high, whatever its pixels.
struct SceneSize: Hashable {
  static let height = 256.0
  let width: Double
  var height: Double { SceneSize.height }

  init(aspect: Double) { width = aspect * SceneSize.height }
}
