internal import Geometry
public import Imaging
internal import Wording

/// Many key frames on few pages, each small with its boxes, labels and time: to be looked through.
///
/// Pages come as they are full, so that no more than one is in memory.
public struct ContactSheet {
  /// How pages are divided.
  public struct Layout: Sendable, Equatable {
    public static let columnCounts = 1...20
    public static let rowCounts = 1...100
    public static let pageCounts = 1...1000
    public static let widths = 320...8000
    /// The least width of a key frame in pixels: below nothing can be read in it.
    public static let leastTile = 80

    /// Of the page, in pixels.
    public var width: Int
    public var columns: Int
    /// At most so many on a page.
    public var rows: Int
    /// At most so many pages: of more key frames every so many-th is shown.
    public var pages: Int

    public init(width: Int = 1600, columns: Int = 4, rows: Int = 8, pages: Int = 20) {
      (self.width, self.columns, self.rows, self.pages) = (width, columns, rows, pages)
    }

    /// What cannot be done with the numbers, and what can; nil where all is well.
    public var fault: String? {
      func outside(_ what: String, _ value: Int, _ range: ClosedRange<Int>) -> String? {
        range.contains(value) ? nil : "\(what) is \(value), expected \(range.lowerBound) to \(range.upperBound)"
      }
      if let fault = outside("the width of a contact sheet", width, Self.widths)
        ?? outside("its number of columns", columns, Self.columnCounts)
        ?? outside("its number of rows", rows, Self.rowCounts) ?? outside("its number of pages", pages, Self.pageCounts)
      {
        return fault
      }
      if tile < Self.leastTile {
        return "\(columns) columns of a page of \(width) pixels are \(tile) pixels wide, expected at least "
          + "\(Self.leastTile)"
      }
      // A portrait picture fills the square, and has a strip below.
      let height = rows * (tile + tile / 20 + 32 + Self.gap) + Self.gap
      if height > Canvas.largestSide || width * height > Self.largestPage {
        return
          "\(rows) rows make a page of up to \(width) x \(height) pixels, expected at most \(Canvas.largestSide) on a "
          + "side and \(Self.largestPage / 1_000_000) million in all"
      }
      return nil
    }

    /// The most pixels of a page.
    private static let largestPage = 150_000_000

    /// The room between two key frames, and around all.
    static let gap = 8

    /// The width of a column.
    public var tile: Int { (width - Self.gap * (columns + 1)) / columns }

    /// Which of so many key frames are shown: all, or as many as there is room for, evenly.
    public func chosen(of count: Int) -> [Int] {
      let room = columns * rows * pages
      if count <= room { return Array(0..<count) }
      return (0..<room).map { $0 * count / room }
    }

    /// The files of the pages of so many key frames: the name itself, then "name-2.png".
    public func files(_ path: String, keyFrames count: Int) -> [String] {
      let pages = max(1, (min(count, columns * rows * self.pages) + columns * rows - 1) / (columns * rows))
      let point = path.lastIndex(of: ".").map { $0 > (path.lastIndex(of: "/") ?? path.startIndex) ? $0 : path.endIndex }
      let end = point ?? path.endIndex
      return (1...pages).map { $0 == 1 ? path : "\(path[..<end])-\($0)\(path[end...])" }
    }
  }

  private let layout: Layout
  private var style: OverlayStyle
  /// The rows of the page at hand, each drawn already.
  private var finished: [Canvas] = []
  private var row: [Image] = []

  /// - Parameters:
  ///   - layout: Without a fault.
  ///   - style: Which actions are written; key frames are never enlarged.
  public init(_ layout: Layout, style: OverlayStyle) {
    precondition(layout.fault == nil, "a layout without a fault")
    self.layout = layout
    self.style = style
    self.style.scale = 1
  }

  /// Puts a key frame behind the others.
  ///
  /// - Parameter scene: Its title and time stand under the picture.
  /// - Returns: A page that is full now.
  public mutating func add(_ image: Image, _ scene: OverlayScene) throws(OverlayError) -> Image? {
    row.append(try drawOverlay(shrunk(image), scene, style: style))
    if row.count == layout.columns { try endRow() }
    return finished.count == layout.rows ? try endPage() : nil
  }

  /// The last page; nil where nothing is left for one.
  public mutating func last() throws(OverlayError) -> Image? {
    if !row.isEmpty { try endRow() }
    return finished.isEmpty ? nil : try endPage()
  }

  /// An image that fits into a square as wide as a column.
  private func shrunk(_ image: Image) -> Image {
    let scale = min(1, Double(layout.tile) / Double(max(image.width, image.height, 1)))
    func side(_ length: Int) -> Int { min(length, max(1, Int((Double(length) * scale).rounded()))) }
    return shrinkByArea(image, to: ImageSize(width: side(image.width), height: side(image.height)))
  }

  private mutating func endRow() throws(OverlayError) {
    let height = row.map(\.height).max() ?? 1
    let canvas = try Canvas(size: ImageSize(width: layout.width, height: height))
    canvas.fill(PixelBox(x1: 0, y1: 0, x2: Double(layout.width), y2: Double(height)), Self.ground)
    for (column, image) in row.enumerated() {
      let left = Layout.gap + column * (layout.tile + Layout.gap) + (layout.tile - image.width) / 2
      let tile = try Canvas(size: image.size)
      try tile.put(image)
      let (x, y) = (Double(left), Double(height - image.height))
      canvas.put(tile, in: PixelBox(x1: x, y1: y, x2: x + Double(image.width), y2: y + Double(image.height)))
    }
    finished.append(canvas)
    row = []
  }

  private mutating func endPage() throws(OverlayError) -> Image {
    let height = finished.reduce(Layout.gap) { $0 + $1.size.height + Layout.gap }
    let page = try Canvas(size: ImageSize(width: layout.width, height: height))
    page.fill(PixelBox(x1: 0, y1: 0, x2: Double(layout.width), y2: Double(height)), Self.ground)
    var top = Layout.gap
    for canvas in finished {
      let box = PixelBox(x1: 0, y1: Double(top), x2: Double(layout.width), y2: Double(top + canvas.size.height))
      page.put(canvas, in: box)
      top += canvas.size.height + Layout.gap
    }
    finished = []
    return try page.image()
  }

  private static let ground = RGBColor(hex: 0x0B0C0E)
}
