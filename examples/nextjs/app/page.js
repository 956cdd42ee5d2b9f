export const dynamic = 'force-dynamic'

export default function Page() {
  return <a href="/shop/tea">Tea</a>
}
