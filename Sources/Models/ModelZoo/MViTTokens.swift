internal import Checkpoint
internal import Kernels
internal import NN
internal import VideoModels

/// The tokens of a transformer: the map of patches and the class token, N, [1, 1, 1], C. One is missing where there is no
/// class token, or where nothing reads it.
struct Tokens {
  var map: Value?
  var classToken: Value?

  enum Parts {
    case all, map, classToken

    var hasMap: Bool { self != .classToken }
    var hasClassToken: Bool { self != .map }
  }

  /// Some of them.
  func only(_ parts: Parts) -> Tokens {
    Tokens(map: parts.hasMap ? map : nil, classToken: parts.hasClassToken ? classToken : nil)
  }

  /// Those that are there: the map first.
  var values: [Value] { [map, classToken].compactMap(\.self) }

  /// Tokens of as many values in the same order.
  func with(_ values: [Value]) -> Tokens {
    Tokens(map: map == nil ? nil : values.first, classToken: classToken == nil ? nil : values.last)
  }

  /// Does the same with the map and the class token.
  func each(_ body: (Value) -> Value) -> Tokens { with(values.map(body)) }

  func setName(_ name: String, _ builder: inout NetworkBuilder) {
    if let map { builder.network.setName(map, "\(name).p0") }
    if let classToken { builder.network.setName(classToken, "\(name).class") }
  }
}

extension NetworkBuilder {
  /// Adds a layer normalisation of all tokens.
  mutating func normalize(_ x: Tokens, _ norm: LayerNormalization) -> Tokens {
    x.each { network.normalize($0, norm) }
  }

  /// Adds a dense layer of all tokens.
  ///
  /// - Parameter residual: Added before the epilogue.
  mutating func dense(
    _ x: Tokens, _ layer: DenseLayer, adding residual: Tokens? = nil, epilogue: Epilogue = .none
  ) -> Tokens {
    x.with(dense(x.values, layer, adding: residual?.values, epilogue: epilogue))
  }

  /// Adds a dropout of all tokens, in training.
  mutating func dropout(_ x: Tokens, probability: Double) -> Tokens {
    x.each { dropout($0, probability: probability) }
  }
}
