using System.Runtime.CompilerServices;
using GptCuda.Engine.Backends;
using GptCuda.Engine.Cpu.Matrices;
using GptCuda.Engine.Cpu.Vectors;
using GptCuda.Engine.Weights;

namespace GptCuda.Engine.Cpu;

/// <content>The loops between matrix products, and their bodies.</content>
internal sealed unsafe partial class VectorForward<TLanes, TVector>
{
    private ReadOnlySpan<float> Residual => new(_buffers.Residual, checked(_rows * _configuration.Width));

    /// <summary>Cuts the rows into query tiles: neighbours in one sequence that attention handles together.</summary>
    private void CutTiles()
    {
        _tiles = 0;
        for (int row = 0; row < _rows; row++)
        {
            bool follows = row > 0
                && row - _buffers.TileStarts[_tiles - 1] < TLanes.TileRows
                && _buffers.Slots[row] == _buffers.Slots[row - 1]
                && _buffers.Positions[row] == _buffers.Positions[row - 1] + 1;
            if (!follows)
                _buffers.TileStarts[_tiles++] = row;
        }

        _buffers.TileStarts[_tiles] = _rows;
    }

    /// <summary>Moves the rows whose logits are wanted to the front and forgets the others.</summary>
    private void KeepLogitRows(int wanted)
    {
        if (wanted < _rows)
        {
            int width = _configuration.Width;
            for (int row = 0; row < wanted; row++)
            {
                int from = _buffers.LogitRows[row];
                _buffers.Slots[row] = _buffers.Slots[from];
                _buffers.Positions[row] = _buffers.Positions[from];
                CopyRow(_buffers.Residual, from, row, width, width);
                CopyRow(_buffers.QueryKeyValue, from, row, 3 * width, width);
            }

            _rows = wanted;
        }

        CutTiles();

        static void CopyRow(float* rows, int from, int to, int stride, int length) =>
            new ReadOnlySpan<float>(rows + ((long)from * stride), length).CopyTo(new Span<float>(rows + ((long)to * stride), length));
    }

    /// <summary>LayerNorm of rows of the residual stream, all or those of an index, packed for the next product.</summary>
    private void Normalize(NormWeights norm, int rows, int* index)
    {
        _norm = norm;
        _normRows = rows;
        _normIndex = index;
        _pool.For(RowPacking<TLanes, TVector>.TileCount(rows), _normalize);
    }

    /// <summary>Attention's output, packed for the next product; a single row is packed as it stands.</summary>
    private float* PackAttention()
    {
        if (_rows == 1)
            return _buffers.Attention;
        _pool.For(RowPacking<TLanes, TVector>.TileCount(_rows), _pack);
        return _buffers.Packed;
    }

    private void EmbedRow(int row, int worker)
    {
        int token = _buffers.Tokens[row], position = _buffers.Positions[row], width = _configuration.Width;
        PackedMatrix tokens = _weights.TokenEmbedding, positions = _weights.PositionEmbedding;
        float* residual = _buffers.Residual + ((long)row * width);
        if (tokens.Order == FileOrder.OutputRows)
        {
            float* ofToken = (float*)tokens.Panels + ((long)token * width);
            float* ofPosition = (float*)positions.Panels + ((long)position * width);
            for (int channel = 0; channel < width; channel++)
                residual[channel] = ofToken[channel] + ofPosition[channel];
            return;
        }

        switch (tokens.Type)
        {
            case ElementType.F32:
                Embed<F32Format>(tokens, token, positions, position, residual);
                break;
            case ElementType.BF16:
                Embed<BFloat16Format>(tokens, token, positions, position, residual);
                break;
            case ElementType.F16:
                Embed<HalfFormat>(tokens, token, positions, position, residual);
                break;
            default:
                Embed<Int8Format>(tokens, token, positions, position, residual);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Embed<TFormat>(PackedMatrix tokens, int token, PackedMatrix positions, int position, float* residual)
        where TFormat : IWeightFormat
    {
        float tokenScale = ((float*)tokens.Scales)[token], positionScale = ((float*)positions.Scales)[position];
        byte* tokenWeights = tokens.Element(0, token), positionWeights = positions.Element(0, position);
        for (int channel = 0; channel < tokens.Inputs; channel++)
        {
            float ofToken = TFormat.Load<LanesScalar, float>(tokenWeights) * tokenScale;
            float ofPosition = TFormat.Load<LanesScalar, float>(positionWeights) * positionScale;
            residual[channel] = ofToken + ofPosition;
            tokenWeights += tokens.RowBytes;
            positionWeights += positions.RowBytes;
        }
    }

    private void NormalizeTile(int tile, int worker)
    {
        int width = _configuration.Width, first = tile * RowPacking<TLanes, TVector>.Height(_normRows);
        int rows = RowPacking<TLanes, TVector>.RowsIn(tile, _normRows);
        float* normalized = _scratch.Of(worker);
        float* packed = _buffers.Packed + ((long)first * width);
        if (_normRows == 1)
            normalized = packed;
        for (int i = 0; i < rows; i++)
        {
            int row = _normIndex is null ? first + i : _normIndex[first + i];
            LayerNorm<TLanes, TVector>.Normalize(
                _buffers.Residual + ((long)row * width), _norm, normalized + (i * width), width, (float)_configuration.LayerNormEpsilon);
        }

        if (_normRows > 1)
            RowPacking<TLanes, TVector>.Pack(normalized, width, rows, width, packed);
    }

    private void PackTile(int tile, int worker)
    {
        int width = _configuration.Width;
        long first = (long)tile * RowPacking<TLanes, TVector>.Height(_rows) * width;
        RowPacking<TLanes, TVector>.Pack(
            _buffers.Attention + first, width, RowPacking<TLanes, TVector>.RowsIn(tile, _rows), width, _buffers.Packed + first);
    }

    private void AppendTile(int tile, int worker)
    {
        int width = _configuration.Width, size = _configuration.HeadSize;
        int first = _buffers.TileStarts[tile], rows = _buffers.TileStarts[tile + 1] - first;
        float* keys = _buffers.QueryKeyValue + ((long)first * 3 * width) + width;
        for (int head = 0; head < _configuration.HeadCount; head++, keys += size)
            _cache.Append(_buffers.Slots[first], _layer, head, _buffers.Positions[first], rows, keys, keys + width, 3 * width);
    }

    private void AttendTile(int unit, int worker)
    {
        // Tiles of one head follow each other, so that its keys and values stay in the cache.
        int head = unit / _tiles, tile = unit % _tiles, width = _configuration.Width, size = _configuration.HeadSize;
        int first = _buffers.TileStarts[tile], slot = _buffers.Slots[first];
        Attention<TLanes, TVector>.Run(
            _buffers.QueryKeyValue + ((long)first * 3 * width) + (head * size),
            3 * width,
            _buffers.TileStarts[tile + 1] - first,
            _buffers.Positions[first],
            _cache.Keys(slot, _layer, head),
            _cache.Values(slot, _layer, head),
            _cache,
            (float)_configuration.AttentionScale(_layer),
            _scratch.Of(worker),
            _buffers.Attention + ((long)first * width) + (head * size),
            width);
    }

    private void ObserveQueryKeyValue(IForwardObserver observer)
    {
        int width = _configuration.Width;
        var columns = new float[_rows * width];
        foreach (ForwardPoint point in (ReadOnlySpan<ForwardPoint>)[ForwardPoint.Query, ForwardPoint.Key, ForwardPoint.Value])
        {
            float* first = _buffers.QueryKeyValue + ((point - ForwardPoint.Query) * width);
            for (int row = 0; row < _rows; row++)
                new ReadOnlySpan<float>(first + ((long)row * 3 * width), width).CopyTo(columns.AsSpan(row * width));
            observer.Observe(point, _layer, columns);
        }
    }
}
