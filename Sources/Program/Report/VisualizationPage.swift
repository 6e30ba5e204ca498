internal import Geometry
public import Imaging
internal import Wording

/// What `slowfast visualize` has drawn, as a page to look at.
public struct VisualizationPage: Sendable {
  /// A picture on the page.
  public struct Picture: Sendable {
    public var title: String
    /// The film of the same, beside the page; nil without.
    public var film: String?
    let image: EmbeddedImage

    /// - Parameters:
    ///   - longestSide: The page shows the picture with at most so many pixels a side.
    /// - Throws: `ImagingError`.
    public init(_ title: String, _ image: Image, film: String? = nil, longestSide: Int = 1600) throws {
      (self.title, self.film) = (title, film)
      self.image = try EmbeddedImage(image, longestSide: longestSide)
    }
  }

  /// A clip, or somebody in it.
  public struct Subject: Sendable {
    public var title: String
    /// The best classes with their scores.
    public var predictions: [(name: String, score: Double)]
    /// What is to be said of it beside.
    public var remarks: [String]
    public var pictures: [Picture]

    public init(_ title: String, predictions: [(name: String, score: Double)], remarks: [String] = []) {
      (self.title, self.predictions, self.remarks) = (title, predictions, remarks)
      pictures = []
    }
  }

  private let title: String
  private let facts: [String]
  public var subjects: [Subject] = []
  /// The weights of layers.
  public var weights: [Picture] = []

  /// - Parameters:
  ///   - title: What the network is called.
  ///   - facts: What all pictures have in common, a sentence each.
  public init(_ title: String, facts: [String]) { (self.title, self.facts) = (title, facts) }

  /// The page, as one HTML document; films lie beside it.
  public var html: String {
    let header: HTML = """
      <p class="eyebrow">\(counted(subjects.count, "subject"))</p>
      <h1>\(title)</h1>
      \(facts.html { "<p>\($0)</p>\n" })
      """
    var sections = subjects.enumerated().map { index, subject in
      Page.Section(id: "subject-\(index + 1)", title: subject.title, content: Self.content(subject))
    }
    if !weights.isEmpty {
      sections.append(Page.Section(id: "weights", title: "Weights", content: weights.html(Self.figure)))
    }
    return Page(title: "\(title): what the network looks at", header: header, sections: sections, author: "visualize")
      .text
  }

  private static func content(_ subject: Subject) -> HTML {
    var table = DataTable(caption: "Best classes", columns: [.text("class"), .number("score")])
    for prediction in subject.predictions {
      table.rows.append(.init(cells: [.text(prediction.name), .bar(prediction.score)]))
    }
    return """
      \(subject.remarks.html { "<p>\($0)</p>\n" })\(subject.predictions.isEmpty ? "" : table.html)\
      \(subject.pictures.html(figure))
      """
  }

  private static func figure(_ picture: Picture) -> HTML {
    let film: HTML = picture.film.map { " (<a href=\"\(addressText($0))\">film</a>)" } ?? ""
    return """
      <figure class="drawn"><img src="\(picture.image.address)" width="\(picture.image.size.width)" \
      height="\(picture.image.size.height)" alt="\(picture.title)"><figcaption>\(picture.title)\(film)</figcaption></figure>

      """
  }
}

/// A file's name as an address beside the page: what means something in one is written as its bytes.
private func addressText(_ name: String) -> String {
  var text = "./"
  for byte in name.utf8 {
    let letter = Character(UnicodeScalar(byte))
    if byte < 128, letter.isLetter || letter.isNumber || "-_.".contains(letter) {
      text.append(letter)
    } else {
      let digits = String(byte, radix: 16, uppercase: true)
      text += "%" + (digits.count == 1 ? "0" : "") + digits
    }
  }
  return text
}
