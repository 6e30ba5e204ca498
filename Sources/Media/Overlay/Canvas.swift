internal import CCairo
public import Geometry
public import Imaging

/// An image to draw on: the one owner of a Cairo surface.
///
/// Units are pixels, x to the right and y downwards from the top left corner; pixel (i, j) covers the square
/// from (i, j) to (i + 1, j + 1). Edges are antialiased. What is not drawn on keeps its exact value.
public final class Canvas {
  public let size: ImageSize
  private let surface: OpaquePointer
  let context: OpaquePointer
  /// Cairo refuses sides from 32768 on.
  static let largestSide = 32_767
  /// Where a transparent canvas was drawn on; nil for an opaque one.
  private let marks: DrawnTiles?
  /// Of texts that were measured, in ems.
  var widths: [String: Double] = [:]

  /// Makes a black canvas.
  public convenience init(size: ImageSize) throws(OverlayError) { try self.init(size: size, marks: nil) }

  /// - Parameter marks: Makes a transparent canvas that says there where it is drawn on.
  init(size: ImageSize, marks: DrawnTiles?) throws(OverlayError) {
    if !(1...Canvas.largestSide).contains(size.width) || !(1...Canvas.largestSide).contains(size.height) {
      throw .tooLarge(width: size.width, height: size.height, limit: Canvas.largestSide)
    }
    self.size = size
    self.marks = marks
    let format = marks == nil ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32
    guard let surface = cairo_image_surface_create(format, Int32(size.width), Int32(size.height)),
      let context = cairo_create(surface)
    else { throw .drawing(doing: "making a canvas of \(size.width)x\(size.height)", reason: "no memory") }
    self.surface = surface
    self.context = context
    try check("making a canvas of \(size.width)x\(size.height)")
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// Puts an image with its top left corner at the canvas's, enlarged by a whole factor (bilinear), cut off
  /// at the canvas's borders.
  public func put(_ image: Image, scale: Int = 1) throws(OverlayError) {
    if scale == 1 { return copy(image) }
    let source = try Canvas(size: image.size)
    source.copy(image)
    cairo_save(context)
    cairo_scale(context, Double(scale), Double(scale))
    cairo_set_source_surface(context, source.surface, 0, 0)
    let pattern = cairo_get_source(context)
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_BILINEAR)
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
    cairo_rectangle(context, 0, 0, Double(image.width), Double(image.height))
    cairo_fill(context)
    cairo_restore(context)
    try check("enlarging a picture")
  }

  /// Notes that a box, in the units of the present transformation, is drawn on.
  func mark(_ box: PixelBox) {
    guard let marks else { return }
    var (x1, y1, x2, y2) = (box.x1, box.y1, box.x2, box.y2)
    cairo_user_to_device(context, &x1, &y1)
    cairo_user_to_device(context, &x2, &y2)
    marks.add(PixelBox(x1: min(x1, x2), y1: min(y1, y2), x2: max(x1, x2), y2: max(y1, y2)))
  }

  /// Lends the pixels, `stride` of them from row to row.
  func withPixels(_ body: (_ pixels: UnsafeMutablePointer<UInt32>, _ stride: Int) -> Void) {
    cairo_surface_flush(surface)
    defer { cairo_surface_mark_dirty(surface) }
    guard let data = cairo_image_surface_get_data(surface) else { return }
    let stride = Int(cairo_image_surface_get_stride(surface)) / 4
    data.withMemoryRebound(to: UInt32.self, capacity: stride * size.height) { body($0, stride) }
  }

  /// Puts all of another canvas into a box (bilinear).
  public func put(_ other: Canvas, in box: PixelBox) {
    mark(box)
    cairo_save(context)
    defer { cairo_restore(context) }
    cairo_translate(context, box.x1, box.y1)
    cairo_scale(context, (box.x2 - box.x1) / Double(other.size.width), (box.y2 - box.y1) / Double(other.size.height))
    cairo_set_source_surface(context, other.surface, 0, 0)
    let pattern = cairo_get_source(context)
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_BILINEAR)
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
    cairo_rectangle(context, 0, 0, Double(other.size.width), Double(other.size.height))
    cairo_fill(context)
  }

  /// Copies an image's pixels unchanged.
  private func copy(_ image: Image) {
    cairo_surface_flush(surface)
    defer { cairo_surface_mark_dirty(surface) }
    guard let data = cairo_image_surface_get_data(surface) else { return }
    let stride = Int(cairo_image_surface_get_stride(surface))
    let width = min(image.width, size.width)
    let (r, b) = image.order == .rgb ? (0, 2) : (2, 0)
    image.pixels.withUnsafeBufferPointer { pixels in
      for y in 0..<min(image.height, size.height) {
        let row = UnsafeMutableRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
        for x in 0..<width {
          let p = (y * image.width + x) * 3
          row[x] = UInt32(pixels[p + r]) << 16 | UInt32(pixels[p + 1]) << 8 | UInt32(pixels[p + b])
        }
      }
    }
  }

  /// Takes the image off the canvas.
  ///
  /// - Throws: What went wrong in any drawing call since the canvas was made.
  public func image(order: ChannelOrder = .rgb) throws(OverlayError) -> Image {
    try check("drawing")
    cairo_surface_flush(surface)
    guard let data = cairo_image_surface_get_data(surface) else {
      throw .drawing(doing: "reading the canvas", reason: "no pixels")
    }
    let stride = Int(cairo_image_surface_get_stride(surface))
    let (r, b) = order == .rgb ? (0, 2) : (2, 0)
    let (width, height) = (size.width, size.height)
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { pixels, count in
      for y in 0..<height {
        let row = UnsafeRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
        for x in 0..<width {
          let p = (y * width + x) * 3
          pixels[p + r] = UInt8(truncatingIfNeeded: row[x] >> 16)
          pixels[p + 1] = UInt8(truncatingIfNeeded: row[x] >> 8)
          pixels[p + b] = UInt8(truncatingIfNeeded: row[x])
        }
      }
      count = width * height * 3
    }
    return Image(size: size, order: order, pixels: pixels)
  }

  /// - Throws: What went wrong in any drawing call since the canvas was made.
  func check(_ doing: String) throws(OverlayError) {
    var status = cairo_surface_status(surface)
    if status == CAIRO_STATUS_SUCCESS { status = cairo_status(context) }
    if status != CAIRO_STATUS_SUCCESS {
      throw .drawing(doing: doing, reason: String(cString: cairo_status_to_string(status)))
    }
  }
}
