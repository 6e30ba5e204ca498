internal import CLibAV
internal import Geometry
internal import Imaging
internal import Wording

extension VideoInfo {
  /// Collects what a freshly opened file says, with what a user should know about it; nothing is counted yet.
  static func survey(_ demuxer: Demuxer) -> (VideoInfo, notices: [String]) {
    let context = demuxer.context.pointee
    let streams = (0..<Int(context.nb_streams)).compactMap { context.streams[$0] }
    let chosen = Int(demuxer.stream.pointee.index)
    let parameters = demuxer.stream.pointee.codecpar.pointee
    let turn = orientation(of: demuxer.stream)
    let size = (turn ?? .upright)
      .size(of: ImageSize(width: Int(parameters.width), height: Int(parameters.height)))
    let info = VideoInfo(
      container: String(cString: context.iformat.pointee.long_name ?? context.iformat.pointee.name),
      duration: timestamp(context.duration).map { Double($0) * slowfast_av_time_base_q().seconds },
      bitRate: Int(context.bit_rate), streams: streams.map(Stream.init), chosenStream: chosen,
      orientation: turn ?? .upright, width: size.width, height: size.height,
      frameCount: 0, iFrameCount: 0, shortestInterval: 0, longestInterval: 0, firstFrameTime: 0)
    var notices: [String] = []
    func say(_ text: String) { notices.append("video '\(demuxer.path)': \(text)") }
    let others = Demuxer.videoStreams(of: demuxer.context).count - 1
    if others > 0 { say("\(counted(others, "other video stream")) not read, stream \(chosen) is") }
    let aspect = info.streams[chosen].sampleAspectRatio
    if aspect.numerator > 0, aspect.denominator > 0, aspect.numerator != aspect.denominator {
      say("its pixels are not square (\(aspect)); they are taken as they are stored, not stretched")
    }
    if turn == nil { say("its rotation is no multiple of 90 degrees and is not applied") }
    return (info, notices)
  }

  /// Fills in what was counted.
  ///
  /// - Parameter tick: Seconds a tick of the stream's clock.
  mutating func count(_ index: TimestampIndex, tick: Double) {
    let intervals = zip(index.times.dropFirst(), index.times).map { Double($0 &- $1) * tick }
    (frameCount, iFrameCount) = (index.times.count, index.keys.count)
    (shortestInterval, longestInterval) = (intervals.min() ?? 0, intervals.max() ?? 0)
    firstFrameTime = Double(index.times[0]) * tick
  }

  /// The stream's rotation metadata; nil when it is no multiple of a quarter turn.
  static func orientation(
    of stream: UnsafeMutablePointer<AVStream>
  ) -> Orientation? {
    var size = 0
    guard let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36 else {
      return rotateTag(of: stream)
    }
    let matrix = (0..<9).map { UnsafeRawPointer(data).loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
    return Orientation(displayMatrix: matrix)
  }

  /// The tag by which old files say how many degrees clockwise a frame is to be turned.
  private static func rotateTag(of stream: UnsafeMutablePointer<AVStream>) -> Orientation? {
    guard let entry = av_dict_get(stream.pointee.metadata, "rotate", nil, 0) else { return .upright }
    guard let degrees = Int(String(cString: entry.pointee.value)) else { return nil }
    switch (degrees % 360 + 360) % 360 {
    case 0: return .upright
    case 90: return .rotated90
    case 180: return .rotated180
    case 270: return .rotated270
    default: return nil
    }
  }
}

extension Orientation {
  /// Reads a display matrix (a, b, u, c, d, v, x, y, w): a stored point (p, q) appears at (a p + c q, b p + d q).
  ///
  /// - Returns: nil when it turns by something else than quarters.
  init?(displayMatrix matrix: [Int32]) {
    let (a, b, c, d) = (Int(matrix[0]), Int(matrix[1]), Int(matrix[3]), Int(matrix[4]))
    let straight = min(abs(a), abs(d))
    let crossed = min(abs(b), abs(c))
    let tolerance = 100
    if straight > tolerance * max(abs(b), abs(c)) {
      switch (a > 0, d > 0) {
      case (true, true): self = .upright
      case (false, true): self = .flippedHorizontally
      case (true, false): self = .flippedVertically
      case (false, false): self = .rotated180
      }
    } else if crossed > tolerance * max(abs(a), abs(d)) {
      switch (c > 0, b > 0) {
      case (true, true): self = .transposed
      case (false, true): self = .rotated90
      case (true, false): self = .rotated270
      case (false, false): self = .transversed
      }
    } else {
      return nil
    }
  }
}

extension VideoInfo.Stream {
  init(_ stream: UnsafeMutablePointer<AVStream>) {
    let values = stream.pointee
    let parameters = values.codecpar.pointee
    let tick = values.time_base.seconds
    let isVideo = parameters.codec_type == AVMEDIA_TYPE_VIDEO
    self.init(
      index: Int(values.index), kind: streamKind(of: stream),
      codec: String(cString: avcodec_get_name(parameters.codec_id)),
      profile: avcodec_profile_name(parameters.codec_id, parameters.profile).map { String(cString: $0) },
      width: Int(parameters.width), height: Int(parameters.height),
      pixelFormat: isVideo
        ? av_get_pix_fmt_name(AVPixelFormat(parameters.format)).map { String(cString: $0) } : nil,
      sampleAspectRatio: Ratio(parameters.sample_aspect_ratio), averageFrameRate: Ratio(values.avg_frame_rate),
      realFrameRate: Ratio(values.r_frame_rate), timeBase: Ratio(values.time_base),
      startTime: timestamp(values.start_time).map { Double($0) * tick },
      duration: timestamp(values.duration).map { Double($0) * tick }, statedFrameCount: Int(values.nb_frames),
      colourRange: known(
        parameters.color_range == AVCOL_RANGE_UNSPECIFIED, av_color_range_name(parameters.color_range)),
      colourMatrix: known(parameters.color_space == AVCOL_SPC_UNSPECIFIED, av_color_space_name(parameters.color_space)),
      colourPrimaries: known(
        parameters.color_primaries == AVCOL_PRI_UNSPECIFIED, av_color_primaries_name(parameters.color_primaries)),
      colourTransfer: known(
        parameters.color_trc == AVCOL_TRC_UNSPECIFIED, av_color_transfer_name(parameters.color_trc)),
      language: av_dict_get(values.metadata, "language", nil, 0).map { String(cString: $0.pointee.value) })
  }
}

/// A tag's name; nil where the file leaves it open.
private func known(_ isOpen: Bool, _ name: UnsafePointer<CChar>?) -> String? {
  isOpen ? nil : name.map { String(cString: $0) }
}
